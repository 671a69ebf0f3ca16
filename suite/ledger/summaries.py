"""What the ledger holds of one workload over time, in short: for pages, that need many Runs at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select

from suite.errors import StoreError
from suite.formats.structure import load
from suite.ledger.models import AcceptedRow, MetricRow, OutcomeRow, ResultRow
from suite.ledger.store import Ledger
from suite.records.reason import Reason
from suite.records.run import Measured, Run

_SAME = ("id", "started", "commit", "dirty", "environment", "plan", "verdict", "validity")
_LEFT_OUT = ("service.%", "gc.%", "%@connect", "generator.%")


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A Run without rounds, histograms and series."""

    id: str
    started: str
    commit: str | None
    dirty: bool
    environment: Mapping[str, Any]
    plan: Mapping[str, Any]
    verdict: str
    validity: str
    reasons: tuple[Reason, ...]
    metrics: dict[str, Measured] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)


def past(ledger: Ledger, workload: str, limit: int) -> list[RunSummary]:
    """The newest `limit` Runs of `workload`, oldest first. Raises StoreError."""
    newest = (
        select(ResultRow.number)
        .where(ResultRow.workload == workload, ResultRow.kind == Run.KIND)
        .order_by(ResultRow.started_at.desc(), ResultRow.id.desc())
        .limit(limit)
        .subquery()
    )
    runs = (
        select(
            ResultRow.number, ResultRow.id, ResultRow.started, ResultRow.commit, ResultRow.dirty,
            ResultRow.environment, ResultRow.plan, ResultRow.verdict, ResultRow.validity, ResultRow.reasons,
        )
        .where(ResultRow.number.in_(select(newest.c.number)))
        .order_by(ResultRow.started_at, ResultRow.id)
    )  # fmt: skip
    metrics = select(
        MetricRow.number, MetricRow.name, MetricRow.unit, MetricRow.better, MetricRow.value,
        MetricRow.at_least, MetricRow.note,
    ).where(
        MetricRow.number.in_(select(newest.c.number)),
        ~or_(*(MetricRow.name.like(like) for like in _LEFT_OUT))
    ).order_by(MetricRow.position)  # fmt: skip
    outcomes = select(OutcomeRow.number, OutcomeRow.outcome, OutcomeRow.count).where(
        OutcomeRow.number.in_(select(newest.c.number)), OutcomeRow.operation.is_(None)
    )
    with ledger.session() as session:
        found = {
            row["number"]: RunSummary(
                **{name: row[name] for name in _SAME}, reasons=tuple(_reasons(row["reasons"]))
            )
            for row in session.execute(runs).mappings()
        }
        for number, name, unit, better, value, at_least, note in session.execute(metrics):
            found[number].metrics[name] = Measured(unit, better, value, at_least=at_least, note=note)
        for number, outcome, count in session.execute(outcomes):
            found[number].outcomes[outcome] = count
    return list(found.values())


def _reasons(told: Any) -> Iterator[Reason]:
    """Those that are some: in a ledger from elsewhere the column may say anything."""
    for one in told if isinstance(told, list) else ():
        with suppress(StoreError):
            yield load(Reason, one)


def accepted(ledger: Ledger, workload: str) -> dict[tuple[str, str], str]:
    """Why changes of `workload` are wanted, by metric and commit. Raises StoreError."""
    query = select(AcceptedRow.metric, AcceptedRow.commit, AcceptedRow.reason)
    with ledger.session() as session:
        found = session.execute(query.where(AcceptedRow.workload == workload))
        return {(metric, commit): reason for metric, commit, reason in found}
