"""Histories: which Runs share one, what was found in it, which changes are wanted."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from suite.records.classes import counted, load_class, machine_class

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_HISTORY = ["workload", "machine", "load", "counted", "commit", "started_at", "id"]
_AT_ONCE = 1000


def upgrade() -> None:
    """From 0003."""
    op.add_column("runs", sa.Column("machine", sa.String(), nullable=False, server_default=""))
    op.add_column("runs", sa.Column("load", sa.String(), nullable=False, server_default=""))
    op.add_column("runs", sa.Column("counted", sa.Boolean(), nullable=False, server_default=sa.false()))
    _fill()
    op.create_index("ix_runs_history", "runs", _HISTORY)
    op.create_table(
        "detections",
        sa.Column("workload", sa.String(), primary_key=True),
        sa.Column("metric", sa.String(), primary_key=True),
        sa.Column("line", sa.String(), primary_key=True),
        sa.Column("stamp", sa.String(), nullable=False),
        sa.Column("settled", sa.String(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("drift", sa.JSON()),
        sa.Column("pin", sa.JSON(), nullable=False),
        sa.Column("pinned", sa.String()),
    )
    op.create_table(
        "accepted",
        sa.Column("workload", sa.String(), primary_key=True),
        sa.Column("metric", sa.String(), primary_key=True),
        sa.Column("commit", sa.String(), primary_key=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("accepted_at", sa.Float(53), nullable=False),
    )


def downgrade() -> None:
    """Back to 0003."""
    op.drop_table("accepted")
    op.drop_table("detections")
    op.drop_index("ix_runs_history", "runs")
    for column in ("counted", "load", "machine"):
        op.drop_column("runs", column)


def _fill() -> None:
    connection = op.get_bind()
    found = connection.execute(sa.text("SELECT id, environment, plan, verdict, validity FROM runs")).all()
    update = sa.text("UPDATE runs SET machine = :machine, load = :load, counted = :counted WHERE id = :id")
    for start in range(0, len(found), _AT_ONCE):
        connection.execute(update, [_keys(*row) for row in found[start : start + _AT_ONCE]])


def _keys(name: str, environment: Any, plan: Any, verdict: str, validity: str) -> dict[str, Any]:
    where, how = _object(environment), _object(plan)
    return {
        "id": name,
        "machine": machine_class(where),
        "load": load_class(how),
        "counted": counted(bool(where.get("dirty")), verdict, validity),
    }


def _object(value: Any) -> dict[str, Any]:
    """JSON as drivers give it: text, or parsed already."""
    found: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return found
