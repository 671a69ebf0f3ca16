"""What other tools kept apart stays apart: imported Runs get the setting that they have had since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from suite.formats.asv_result import setting_words
from suite.formats.pytest_benchmark import setting_of
from suite.ledger.rows import environment_hash
from suite.records.classes import machine_class

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_RESULTS = sa.table(
    "results",
    sa.column("number", sa.Integer),
    sa.column("id", sa.String),
    sa.column("environment", sa.JSON),
    sa.column("machine", sa.String),
    sa.column("environment_hash", sa.String),
)
_DOCUMENTS = sa.table("documents", sa.column("number", sa.Integer), sa.column("data", sa.JSON))


def upgrade() -> None:
    """From 0005."""
    connection = op.get_bind()
    for source, setting in (("asv", _of_asv), ("pytest-benchmark", setting_of)):
        wanted = sa.select(_RESULTS.c.number, _RESULTS.c.environment)
        for number, old in connection.execute(wanted.where(_RESULTS.c.id.startswith(f"{source}-"))).all():
            environment = {**old, "setting": setting(old)}
            here, there = _RESULTS.c.number == number, _DOCUMENTS.c.number == number
            data = connection.execute(sa.select(_DOCUMENTS.c.data).where(there)).scalar_one()
            connection.execute(
                sa.update(_DOCUMENTS).where(there).values(data={**data, "environment": environment})
            )
            connection.execute(
                sa.update(_RESULTS)
                .where(here)
                .values(
                    environment=environment,
                    machine=machine_class(environment),
                    environment_hash=environment_hash(environment),
                )
            )


def downgrade() -> None:
    """To 0005, which makes nothing of settings."""


def _of_asv(environment: Mapping[str, Any]) -> str:
    software = {"python": environment.get("python"), **(environment.get("packages") or {})}
    return setting_words(environment.get("asv"), software)
