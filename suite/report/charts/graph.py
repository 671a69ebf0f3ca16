"""One metric of one workload over commits, as pages draw it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from suite.contract.metric import STANDARD
from suite.records.better import Better
from suite.report.words import short_commit
from suite.stats.changepoint import ChangePoint, Detection, detect
from suite.units import format_quantity

_RATE, _TIME = "throughput", "time_per_operation"


@dataclass(frozen=True, slots=True)
class GraphPoint:
    """A value at a commit: its interval where one is known, and why it is missing or doubtful.

    `when` is the commit's date, an ISO one, "" if unknown; `rank` its place in git's order, -1 where git
    can't tell. A value that does not count is in `shown` only; `at_least` says that it is a lower bound.
    """

    commit: str | None
    when: str
    value: float | None
    low: float | None = None
    high: float | None = None
    shown: float | None = None
    note: str = ""
    doubtful: bool = False
    rank: int = -1
    at_least: bool = False

    @property
    def level(self) -> float | None:
        """The value, or else the one that does not count."""
        return self.shown if self.value is None else self.value

    @property
    def short(self) -> str:
        """The commit as people write it."""
        return short_commit(self.commit)

    @property
    def order(self) -> tuple[bool, str, int]:
        """What sorts points of all workloads by their commits: older than all is what git does not know."""
        return self.rank >= 0, self.when, self.rank

    def words(self, unit: str) -> str:
        """The level for people: "> x" where it is only known to be more."""
        return f"{'> ' if self.at_least else ''}{format_quantity(self.level, unit)}"


@dataclass(frozen=True)
class Graph:
    """A metric's points in order, measured in one `setting`: a machine, and what else must not be mixed.

    All graphs of a setting have points at the same places. `link` is asv's own graph of it. `accepted` has
    reasons for wanted changes, by commit.
    """

    metric: str
    unit: str
    better: Better
    setting: str
    points: tuple[GraphPoint, ...]
    link: str | None = None
    accepted: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def detection(self) -> Detection:
        """Where it changed, and its drift since the last accepted change."""
        pinned = max((at for at, point in enumerate(self.points) if point.commit in self.accepted), default=0)
        return detect([point.value for point in self.points], better=self.better, pinned=pinned)

    @property
    def changes(self) -> tuple[ChangePoint, ...]:
        """Its changes of level, oldest first."""
        return self.detection.points

    @property
    def latest(self) -> GraphPoint | None:
        """The newest point with a value, or else with one that does not count."""
        newest = self.points[::-1]
        told = next((point for point in newest if point.value is not None), None)
        return told or next((point for point in newest if point.shown is not None), None)

    @property
    def first(self) -> int:
        """Where the first point is that has anything to show."""
        return next((at for at, point in enumerate(self.points) if point.level is not None), 0)

    def brought(self, change: ChangePoint) -> GraphPoint:
        """Where a change came: at the commit that was accepted for it, else at the likeliest."""
        near = range(change.earliest, change.latest + 1)
        wanted = [at for at in near if self.points[at].commit in self.accepted]
        return self.points[min(wanted, key=lambda at: abs(at - change.index), default=change.index)]

    def reason(self, change: ChangePoint) -> str | None:
        """Why a change is wanted, if it is."""
        return self.accepted.get(self.brought(change).commit or "")

    def as_rate(self) -> Graph:
        """Time per operation as the rate that people think in, where more is better; others as they are."""
        metric = shown_as(self.metric)
        if metric == self.metric or self.unit != "s":
            return self
        points = tuple(
            replace(
                point,
                value=_inverse(point.value),
                low=_inverse(point.high),
                high=_inverse(point.low),
                shown=_inverse(point.shown),
            )
            for point in self.points
        )
        return replace(self, metric=metric, unit="1/s", better="higher", points=points)


_FIRST = ("throughput", "response.p50", "response.p95", "response.p99", "failures", "memory.peak",
          "memory.growth_per_operation", "cpu.per_operation")  # fmt: skip


def place(metric: str) -> tuple[int, str]:
    """Where a metric belongs in a list: throughput and percentiles first, own ones last."""
    base, _, operation = metric.partition("@")
    order = [*_FIRST, *STANDARD]
    return (order.index(base) if base in order else len(order)) + (100 if operation else 0), metric


def shown_as(metric: str) -> str:
    """The metric that pages show for `metric`: time per operation is there as throughput."""
    base, at, operation = metric.partition("@")
    return f"{_RATE}{at}{operation}" if base == _TIME else metric


def _inverse(value: float | None) -> float | None:
    return 1 / value if value else None
