"""Runs and all that belongs to them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From nothing to 0001."""
    op.create_table(
        "runs",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("workload", sa.String(), nullable=False),
        sa.Column("started", sa.String(), nullable=False),
        sa.Column("started_at", sa.Float(53), nullable=False),
        sa.Column("commit", sa.String()),
        sa.Column("branch", sa.String()),
        sa.Column("environment", sa.JSON(), nullable=False),
        sa.Column("environment_hash", sa.String(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("exit_code", sa.Integer(), nullable=False),
        sa.Column("validity", sa.String(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("pids", sa.JSON(), nullable=False),
        sa.Column("error_kind", sa.String()),
        sa.Column("error_message", sa.String()),
    )
    op.create_index("ix_runs_workload_started_at", "runs", ["workload", "started_at"])
    op.create_index("ix_runs_started_at", "runs", ["started_at"])
    op.create_index("ix_runs_commit", "runs", ["commit"])
    op.create_index("ix_runs_environment_hash", "runs", ["environment_hash"])
    op.create_table(
        "metrics",
        _run(),
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("better", sa.String(), nullable=False),
        sa.Column("value", sa.Float(53)),
        sa.Column("at_least", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String()),
    )
    op.create_index("ix_metrics_name", "metrics", ["name"])
    op.create_table(
        "round_values",
        sa.Column("run_id", sa.String(), primary_key=True),
        sa.Column("metric", sa.String(), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("value", sa.Float(53)),
        sa.ForeignKeyConstraint(["run_id", "metric"], ["metrics.run_id", "metrics.name"], ondelete="CASCADE"),
    )
    op.create_table(
        "histograms",
        _run(),
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("encoded", sa.String(), nullable=False),
    )
    op.create_table(
        "outcomes",
        _run(),
        _position(),
        sa.Column("operation", sa.String()),
        sa.Column("outcome", sa.String()),
        sa.Column("count", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "statuses",
        _run(),
        _position(),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("status", sa.String()),
        sa.Column("count", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "details",
        _run(),
        _position(),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.Float(53), nullable=False),
        sa.Column("example", sa.String(), nullable=False),
    )
    op.create_table(
        "thresholds",
        _run(),
        _position(),
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("limit", sa.Float(53), nullable=False),
        sa.Column("value", sa.Float(53)),
        sa.Column("passed", sa.Boolean()),
    )
    op.create_table(
        "checks",
        _run(),
        _position(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
    )
    op.create_table(
        "series",
        _run(),
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("points", sa.JSON(), nullable=False),
    )


def downgrade() -> None:
    """Back to nothing."""
    for table in ("series", "checks", "thresholds", "details", "statuses", "outcomes", "histograms"):
        op.drop_table(table)
    op.drop_table("round_values")
    op.drop_table("metrics")
    op.drop_table("runs")


def _run() -> sa.Column[Any]:
    return sa.Column("run_id", sa.String(), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)


def _position() -> sa.Column[Any]:
    return sa.Column("position", sa.Integer(), primary_key=True)
