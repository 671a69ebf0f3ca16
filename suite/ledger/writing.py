"""New records into the tables of the ledger: documents, and what queries ask of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from suite.ledger.models import Base, DocumentRow, MetricRow, OutcomeRow, ResultRow, SuspectRow
from suite.ledger.rows import index_rows


def write(session: Session, new: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Records' documents by kind, and what queries ask of them."""
    documents = [{"kind": kind, "id": data["id"], "data": data} for kind, data in new]
    wanted = insert(DocumentRow).returning(DocumentRow.number, sort_by_parameter_order=True)
    numbers = session.scalars(wanted, documents).all() if documents else ()
    tables: dict[type[Base], list[dict[str, Any]]]
    tables = {ResultRow: [], MetricRow: [], OutcomeRow: [], SuspectRow: []}
    for number, (kind, data) in zip(numbers, new, strict=True):
        rows = index_rows(kind, data)
        own = ([rows.result], rows.metrics, rows.outcomes, rows.suspects)
        for every, some in zip(tables.values(), own, strict=True):
            every += ({**one, "number": number} for one in some)
    connection = session.connection()  # many rows, of which nothing is to be known afterwards
    for table, every in tables.items():
        if every:
            connection.execute(insert(table), every)
