"""What searches for leaks say of a suspect over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from suite.formats.plain import plain
from suite.ledger.models import ResultRow, SuspectRow
from suite.ledger.store import Ledger
from suite.records.leak import LeakSearch


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one search says of a suspect: its growth, 0.0 if the search did not name it."""

    commit: str | None
    started: str
    bytes_per_operation: float


def since(history: Sequence[Sighting]) -> Sighting | None:
    """The first of the latest unbroken stretch of `history` with growth, also of one that has ended.

    None if it never grew.
    """
    first = None
    for sighting in reversed(history):
        if sighting.bytes_per_operation > 0:
            first = sighting
        elif first is not None:
            break
    return first


def suspect_history(ledger: Ledger, workload: str, function: str, file: str) -> list[Sighting]:
    """What the searches of `workload` say of a suspect, oldest first; see `since`.

    A search that neither named it nor could clear it is left out: nothing was traced though
    something may grow, or it could not settle. Raises StoreError.
    """
    named = (
        select(SuspectRow.number, func.sum(SuspectRow.bytes_per_operation).label("total"))
        .where(SuspectRow.function == plain(function), SuspectRow.file == plain(file))
        .group_by(SuspectRow.number)
        .subquery()
    )
    query = (
        select(ResultRow.commit, ResultRow.started, named.c.number, named.c.total)
        .outerjoin(named, named.c.number == ResultRow.number)
        .where(
            ResultRow.workload == workload,
            ResultRow.kind == LeakSearch.KIND,
            or_(named.c.number.is_not(None), ResultRow.clears),
        )
        .order_by(ResultRow.started_at, ResultRow.id)
    )
    with ledger.session() as session:
        return [
            Sighting(commit, started, 0.0 if number is None else math.nan if total is None else total)
            for commit, started, number, total in session.execute(query)
        ]
