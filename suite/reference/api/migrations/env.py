"""Alembic's entry point: runs the migrations on the connection that `schema.migrate` hands over."""

from __future__ import annotations

from alembic import context

from suite.reference.api.models import ApiTable

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=ApiTable.metadata,
    render_as_batch=True,  # SQLite can't alter most things in place
)
with context.begin_transaction():
    context.run_migrations()
