"""What the ledger holds of one workload over time, in short: for pages, that need many Runs at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select

from suite.formats.structure import load
from suite.ledger.models import AcceptedRow, MetricRow, OutcomeRow, RunRow
from suite.ledger.store import Ledger
from suite.records.reason import Reason
from suite.records.run import Measured

_LEFT_OUT = ("service.%", "gc.%", "%@connect", "generator.%")


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A Run without rounds, histograms and series."""

    id: str
    started: str
    commit: str | None
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
        select(RunRow.id)
        .where(RunRow.workload == workload)
        .order_by(RunRow.started_at.desc(), RunRow.id.desc())
        .limit(limit)
        .subquery()
    )
    runs = (
        select(
            RunRow.id, RunRow.started, RunRow.commit, RunRow.environment, RunRow.plan, RunRow.verdict,
            RunRow.validity, RunRow.reasons,
        )
        .where(RunRow.id.in_(select(newest.c.id)))
        .order_by(RunRow.started_at, RunRow.id)
    )  # fmt: skip
    metrics = select(
        MetricRow.run_id, MetricRow.name, MetricRow.unit, MetricRow.better, MetricRow.value,
        MetricRow.at_least, MetricRow.note,
    ).where(
        MetricRow.run_id.in_(select(newest.c.id)), ~or_(*(MetricRow.name.like(like) for like in _LEFT_OUT))
    ).order_by(MetricRow.position)  # fmt: skip
    outcomes = select(OutcomeRow.run_id, OutcomeRow.outcome, OutcomeRow.count).where(
        OutcomeRow.run_id.in_(select(newest.c.id)), OutcomeRow.operation.is_(None)
    )
    with ledger.session() as session:
        found = {
            row["id"]: RunSummary(**{**row, "reasons": tuple(load(Reason, one) for one in row["reasons"])})
            for row in session.execute(runs).mappings()
        }
        for run_id, name, unit, better, value, at_least, note in session.execute(metrics):
            found[run_id].metrics[name] = Measured(unit, better, value, at_least=at_least, note=note)
        for run_id, outcome, count in session.execute(outcomes):
            if outcome is not None:
                found[run_id].outcomes[outcome] = count
    return list(found.values())


def accepted(ledger: Ledger, workload: str) -> dict[tuple[str, str], str]:
    """Why changes of `workload` are wanted, by metric and commit. Raises StoreError."""
    query = select(AcceptedRow.metric, AcceptedRow.commit, AcceptedRow.reason)
    with ledger.session() as session:
        found = session.execute(query.where(AcceptedRow.workload == workload))
        return {(metric, commit): reason for metric, commit, reason in found}
