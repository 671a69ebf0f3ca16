"""The evidence of each round and what held a Run back; Runs from before have none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From 0001."""
    with op.batch_alter_table("runs") as table:
        table.add_column(sa.Column("evidence", sa.JSON()))
        table.add_column(sa.Column("limiter", sa.JSON()))


def downgrade() -> None:
    """Back to 0001."""
    with op.batch_alter_table("runs") as table:
        table.drop_column("limiter")
        table.drop_column("evidence")
