"""Alembic's entry point: runs the migrations on the connection that `schema.upgrade` hands over."""

from __future__ import annotations

from alembic import context

from suite.ledger.models import Base
from suite.ledger.schema import VERSIONS

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSIONS,
    render_as_batch=True,  # SQLite can't alter most things in place
)
with context.begin_transaction():
    context.run_migrations()
