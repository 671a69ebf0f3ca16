"""One metric of one workload over commits, as pages draw it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from suite.history.changepoint import ChangePoint, Detection, detect
from suite.metric import STANDARD, Better


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a commit: its interval where one is known, and why it is missing or doubtful.

    `when` is an ISO date, "" if unknown. An invalid measurement has its value in `shown` only.
    """

    commit: str | None
    when: str
    value: float | None
    low: float | None = None
    high: float | None = None
    shown: float | None = None
    note: str = ""

    @property
    def short(self) -> str:
        """The commit as people write it."""
        return self.commit[:8] if self.commit else "no commit"


@dataclass(frozen=True)
class Track:
    """A metric's points in order, measured in one `setting`: a machine, and what else must not be mixed.

    `link` is asv's own graph of it.
    """

    metric: str
    unit: str
    better: Better
    setting: str
    points: tuple[Point, ...]
    link: str | None = None

    @cached_property
    def detection(self) -> Detection:
        """Where it changed."""
        return detect([point.value for point in self.points], better=self.better)

    @property
    def changes(self) -> tuple[ChangePoint, ...]:
        """Its changes of level, oldest first."""
        return self.detection.points

    @property
    def latest(self) -> Point | None:
        """The newest point with a value."""
        return next((point for point in reversed(self.points) if point.value is not None), None)

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
