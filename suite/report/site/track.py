"""One metric of one workload over commits, as pages draw it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from suite.history.changepoint import ChangePoint, Detection, detect
from suite.metric import STANDARD, Better


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a commit: its interval where one is known, and why it is missing or doubtful.

    `when` is an ISO date, "" if unknown. A value that does not count is in `shown` only.
    """

    commit: str | None
    when: str
    value: float | None
    low: float | None = None
    high: float | None = None
    shown: float | None = None
    note: str = ""

    @property
    def level(self) -> float | None:
        """The value, or else the one that does not count."""
        return self.shown if self.value is None else self.value

    @property
    def short(self) -> str:
        """The commit as people write it."""
        return self.commit[:8] if self.commit else "no commit"


@dataclass(frozen=True)
class Track:
    """A metric's points in order, measured in one `setting`: a machine, and what else must not be mixed.

    `link` is asv's own graph of it. `accepted` has reasons for wanted changes, by commit.
    """

    metric: str
    unit: str
    better: Better
    setting: str
    points: tuple[Point, ...]
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
    def latest(self) -> Point | None:
        """The newest point with a value, or else with one that does not count."""
        newest = self.points[::-1]
        told = next((point for point in newest if point.value is not None), None)
        return told or next((point for point in newest if point.shown is not None), None)

    def reason(self, change: ChangePoint) -> str | None:
        """Why a change is wanted: a commit at which it may be was accepted."""
        commits = [self.points[at].commit or "" for at in range(change.earliest, change.latest + 1)]
        return next((self.accepted[commit] for commit in commits if commit in self.accepted), None)

    def as_rate(self) -> Track:
        """Time per operation as the rate that people think in, where more is better; others as they are."""
        base, at, operation = self.metric.partition("@")
        if base != "time_per_operation":
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
        return replace(self, metric=f"throughput{at}{operation}", unit="1/s", better="higher", points=points)


_FIRST = ("throughput", "response.p50", "response.p95", "response.p99", "failures", "memory.peak",
          "memory.growth_per_operation", "cpu.per_operation")  # fmt: skip


def place(metric: str) -> tuple[int, str]:
    """Where a metric belongs in a list: throughput and percentiles first, own ones last."""
    base, _, operation = metric.partition("@")
    order = [*_FIRST, *STANDARD]
    return (order.index(base) if base in order else len(order)) + (100 if operation else 0), metric


def title(metric: str) -> str:
    """A metric's name for a heading: "response.p99@store" is "response p99 of store"."""
    base, _, operation = metric.partition("@")
    words = base.replace(".", " ").replace("_", " ")
    return f"{words} of {operation}" if operation else words


def _inverse(value: float | None) -> float | None:
    return 1 / value if value else None
