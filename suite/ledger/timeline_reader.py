"""Reading histories: a workload's commits on one kind of machine under one load, a metric's value at each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, cast

from sqlalchemy import ColumnElement, func, select

from suite.contract.metric import STANDARD
from suite.ledger.commit_order import MeasuredCommit
from suite.ledger.metric_versions import MetricVersions
from suite.ledger.models import MetricRow, ResultRow
from suite.ledger.store import Ledger
from suite.records.better import Better
from suite.records.capacity import Capacity
from suite.records.classes import versions_in
from suite.records.run import Run

Interval = tuple[float | None, float | None]
_WATCHED = (
    "throughput", "response.p50", "response.p95", "response.p99", "failures", "memory.peak",
    "memory.growth_per_operation", "cpu.per_operation",
)  # fmt: skip
_NEWEST_FIRST = (ResultRow.started_at.desc(), ResultRow.number.desc())
_AT_ONCE = 500
"""Commits asked for by name; of more, all are read."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Runs that may share a history: of one workload, on like machines (None: on any), under one load.

    `runs` are how many count, `newest` when the newest of them began.
    """

    workload: str
    machine: str | None
    load: str
    runs: int
    newest: float

    @property
    def kind(self) -> str:
        """Of what kind its records are, beside Runs: see `rows`."""
        kind, dash, _ = self.load.partition("-")
        return kind if dash else Run.KIND


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a metric of a line is."""

    metric: str
    unit: str
    better: Better

    @property
    def watched(self) -> bool:
        """Whether an overview of all changes looks at it: the telling ones, and what is a workload's own."""
        own = self.metric not in STANDARD and "@" not in self.metric
        return self.better != "none" and (self.metric in _WATCHED or own)


class TimelineReader:
    """Reads lines from a ledger: the columns needed, never whole Runs."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._versions: dict[Timeline, MetricVersions] = {}

    def all(self, workload: str | None = None) -> list[Timeline]:
        """Every line, of `workload` if that is given; the one with the newest Run first."""
        query = (
            select(
                ResultRow.workload,
                ResultRow.machine,
                ResultRow.load,
                func.count(),
                func.max(ResultRow.started_at),
            )
            .where(ResultRow.counted.is_(True), ResultRow.commit.is_not(None))
            .group_by(ResultRow.workload, ResultRow.machine, ResultRow.load)
        )
        if workload is not None:
            query = query.where(ResultRow.workload == workload)
        with self._ledger.session() as session:
            found = [Timeline(*row) for row in session.execute(query)]
        return sorted(found, key=lambda line: (-line.newest, line.workload, line.machine or "", line.load))

    def commits(self, line: Timeline) -> list[MeasuredCommit]:
        """The commits of a line, in no order."""
        query = (
            select(
                ResultRow.commit, func.min(ResultRow.started_at), func.max(ResultRow.started_at), func.count()
            )
            .where(*_of(line))
            .group_by(ResultRow.commit)
        )
        with self._ledger.session() as session:
            return [MeasuredCommit._make(row) for row in session.execute(query)]

    def values(self, line: Timeline, metric: str, commits: Sequence[str]) -> list[float | None]:
        """The metric at each of `commits`: the median over its Runs, None where none has a whole value.

        Runs of another version of it than the newest one's have none.
        """
        others = self.versions(line).others(metric)
        query = (
            select(ResultRow.commit, MetricRow.value, MetricRow.number)
            .join(MetricRow, MetricRow.number == ResultRow.number)
            .where(*_of(line), MetricRow.name == metric, ~MetricRow.at_least)
        )
        if len(commits) <= _AT_ONCE:
            query = query.where(ResultRow.commit.in_(commits))
        found: dict[str | None, list[float]] = {}
        with self._ledger.session() as session:
            for commit, value, number in session.execute(query):
                if value is not None and number not in others:
                    found.setdefault(commit, []).append(value)
        return [median(found[commit]) if commit in found else None for commit in commits]

    def versions(self, line: Timeline) -> MetricVersions:
        """Which version of each metric the Runs of a line have, where a tool kept them apart."""
        if line not in self._versions:
            query = select(ResultRow.number, ResultRow.plan).where(*_of(line)).order_by(*_NEWEST_FIRST)
            with self._ledger.session() as session:
                newest = session.execute(query.limit(1)).first()
                told = newest is not None and versions_in(newest.plan)
                found = session.execute(query).all() if told else []
            self._versions[line] = MetricVersions({row.number: versions_in(row.plan) for row in found})
        return self._versions[line]

    def intervals(self, line: Timeline, metric: str) -> dict[str, Interval]:
        """Between which ends the metric lies at each commit, over all searches for the capacity there."""
        if line.kind != Capacity.KIND:
            return {}
        query = (
            select(ResultRow.commit, MetricRow.values)
            .join(MetricRow, MetricRow.number == ResultRow.number)
            .where(*_of(line), MetricRow.name == metric)
        )
        found: dict[str, list[Interval]] = {}
        with self._ledger.session() as session:
            for commit, (low, high) in session.execute(query):
                found.setdefault(str(commit), []).append((low, high))
        return {commit: _around(some) for commit, some in found.items()}

    def quantities(self, line: Timeline) -> dict[str, Quantity]:
        """The metrics of a line by name, as its newest Run has them."""
        newest = select(ResultRow.number).where(*_of(line)).order_by(ResultRow.started_at.desc()).limit(1)
        query = (
            select(MetricRow.name, MetricRow.unit, MetricRow.better)
            .where(MetricRow.number.in_(newest.scalar_subquery()))
            .order_by(MetricRow.position)
        )
        with self._ledger.session() as session:
            return {row[0]: _quantity(row) for row in session.execute(query)}

    def everything(self, line: Timeline) -> dict[Quantity, float]:
        """All metrics that Runs of a line have, with the share of these that have them, above 0.

        Of a long line some hundred Runs are looked at, the newest among them.
        """
        ids = select(ResultRow.number).where(*_of(line)).order_by(ResultRow.started_at.desc())
        with self._ledger.session() as session:
            every = list(session.scalars(ids))
            some = every[:: -(-len(every) // _AT_ONCE)] if every else []
            query = (
                select(MetricRow.name, func.max(MetricRow.unit), func.max(MetricRow.better), func.count())
                .where(MetricRow.number.in_(some))
                .group_by(MetricRow.name)
                .order_by(MetricRow.name)
            )
            return {_quantity(row[:3]): row[3] / len(some) for row in session.execute(query)}

    def quantity(self, line: Timeline, metric: str) -> Quantity | None:
        """What `metric` is, also where only older Runs have it."""
        query = (
            select(MetricRow.name, MetricRow.unit, MetricRow.better)
            .join(ResultRow, MetricRow.number == ResultRow.number)
            .where(*_of(line), MetricRow.name == metric)
            .limit(1)
        )
        found = self.quantities(line).get(metric)
        if found is not None:
            return found
        with self._ledger.session() as session:
            row = session.execute(query).first()
            return None if row is None else _quantity(row)

    def machines(self, lines: Iterable[Timeline]) -> Mapping[str, str]:
        """What each machine class of `lines` is, in words."""
        names = {line.machine for line in lines if line.machine is not None}
        found: dict[str, str] = {}
        with self._ledger.session() as session:
            for name in sorted(names):
                query = select(ResultRow.environment).where(ResultRow.machine == name).limit(1)
                found[name] = _words(session.scalars(query).first() or {})
        return found


def _around(intervals: Sequence[Interval]) -> Interval:
    """What holds all of them."""
    lows = [low for low, _ in intervals if low is not None]
    highs = [high for _, high in intervals if high is not None]
    whole = len(intervals)
    return (min(lows) if len(lows) == whole else None), (max(highs) if len(highs) == whole else None)


def _quantity(row: Sequence[Any]) -> Quantity:
    name, unit, better = row
    return Quantity(name, unit, cast(Better, better))


def _of(line: Timeline) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        ResultRow.workload == line.workload,
        ResultRow.load == line.load,
        ResultRow.counted.is_(True),
        ResultRow.commit.is_not(None),
    ]
    return conditions if line.machine is None else [*conditions, ResultRow.machine == line.machine]


def _words(environment: Mapping[str, Any]) -> str:
    cores = environment.get("cores")
    facts = (environment.get(name) for name in ("container", "setting"))
    words = [environment.get("cpu"), f"{cores} cores" if cores else None, *facts]
    return ", ".join(str(word) for word in words if word) or "unknown"
