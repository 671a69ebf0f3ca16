"""Searches for leaks and their suspects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From 0002."""
    op.create_table(
        "leak_searches",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("workload", sa.String(), nullable=False),
        sa.Column("started", sa.String(), nullable=False),
        sa.Column("started_at", sa.Float(53), nullable=False),
        sa.Column("commit", sa.String()),
        sa.Column("branch", sa.String()),
        sa.Column("environment", sa.JSON(), nullable=False),
        sa.Column("environment_hash", sa.String(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("operations", sa.BigInteger(), nullable=False),
        sa.Column("bytes_per_operation", sa.Float(53)),
        sa.Column("blocks_per_operation", sa.Float(53)),
        sa.Column("detectable", sa.Float(53)),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("growths", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.Float(53)),
        sa.Column("traced", sa.Boolean(), nullable=False),
        sa.Column("unattributed", sa.Float(53)),
        sa.Column("recordings", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
    )
    op.create_index("ix_leak_searches_workload_started_at", "leak_searches", ["workload", "started_at"])
    op.create_index("ix_leak_searches_started_at", "leak_searches", ["started_at"])
    op.create_index("ix_leak_searches_commit", "leak_searches", ["commit"])
    op.create_table(
        "leak_suspects",
        sa.Column(
            "search_id",
            sa.String(),
            sa.ForeignKey("leak_searches.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("bytes_per_operation", sa.Float(53)),
        sa.Column("blocks_per_operation", sa.Float(53)),
        sa.Column("share", sa.Float(53)),
        sa.Column("stack", sa.JSON(), nullable=False),
    )
    op.create_index("ix_leak_suspects_function_file", "leak_suspects", ["function", "file"])


def downgrade() -> None:
    """Back to 0002."""
    op.drop_table("leak_suspects")
    op.drop_table("leak_searches")
