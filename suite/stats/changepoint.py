"""Where a metric's history changes: found once, kept, and only the tail looked at again."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from suite.records.better import Better
from suite.stats.difference import means, ranks
from suite.stats.drift import Drift, DriftReference, drift, relative
from suite.stats.kernel import kernel_splits
from suite.stats.segmentation import Split
from suite.stats.series import Series
from suite.stats.trend import Course, course

__all__ = ["ChangePoint", "Detection", "Drift", "DriftReference", "detect", "extend"]

Values = Sequence[float | None] | npt.NDArray[np.float64]
Status = Literal["provisional", "confirmed"]
Direction = Literal["better", "worse", "changed"]
_ALERT = 0.02
_TAIL = 300
_SETTLED = 150
_EDGE = 50
_WIDEST = 15
_MARGIN = 5
_REACH = 100


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """A lasting change of level: the value at `index` is the first of the new one.

    By likelihood it may be anywhere from `earliest` to `latest`. `before` and `after` are the levels
    (geometric means where all values are positive), `change` is after / before - 1, from `low` to
    `high` with 95 % confidence. `p` is the larger of Welch's and Mann and Whitney's. It is `confirmed`
    once its place is known to 15 values and the kernel method finds it there as well.
    """

    index: int
    earliest: int
    latest: int
    before: float
    after: float
    change: float
    low: float
    high: float
    p: float
    status: Status
    direction: Direction

    @property
    def alert(self) -> bool:
        """Whether it is large enough to tell someone of: 2 %."""
        return abs(self.change) >= _ALERT


@dataclass(frozen=True, slots=True)
class Detection:
    """What is known of the first `length` values of a history; to go on with it, store all four."""

    points: tuple[ChangePoint, ...] = ()
    drift: Drift | None = None
    pin: DriftReference = field(default_factory=DriftReference)
    length: int = 0

    @property
    def resume(self) -> int:
        """The index from which on `extend` needs the values: the last 300 at most."""
        return _resume(self.points, self.length)


def detect(
    values: Values, *, better: Better = "lower", known: Iterable[ChangePoint] = (), pinned: int = 0
) -> Detection:
    """All changes in a history, and its drift since the value `pinned`; None and nan are missing values.

    With changes `known` from before, those that are settled stay as they are and only the tail after
    them, 300 values at most, is looked at.
    """
    every = sorted(known, key=lambda point: point.index)
    start = _resume(every, len(values)) if every else 0
    kept = tuple(point for point in every if point.index <= start)
    first = Series.of(values[pinned : pinned + _TAIL], pinned)
    pin = DriftReference.of(first, pinned, [point.index for point in kept])
    return _continued(kept, pin, start, values[start:], better)


def extend(detection: Detection, tail: Values, *, better: Better = "lower") -> Detection:
    """`detection` with the values that came since: `tail` is all from `detection.resume` to the newest.

    What it costs does not depend on the length of the history. Raises ValueError for a tail that ends
    before what is known does.
    """
    start = detection.resume
    if start + len(tail) < detection.length:
        raise ValueError(f"a tail from {start} on has {detection.length - start} values at least")
    kept = tuple(point for point in detection.points if point.index <= start)
    return _continued(kept, detection.pin, start, tail, better)


def _resume(points: Sequence[ChangePoint], length: int) -> int:
    """The last settled point, or 300 back; if a point is soon after that, there."""
    start = max(0, length - _TAIL)
    settled = (p.index for p in points if p.status == "confirmed" and p.index <= length - _SETTLED)
    near = (p.index for p in points if start and p.index < start + _EDGE)
    return max([start, *settled, *near])


def _continued(
    kept: tuple[ChangePoint, ...], pin: DriftReference, start: int, tail: Values, better: Better
) -> Detection:
    series = Series.of(tail, start)
    found = course(series)
    points = [_point(found, at, better) for at in range(len(found.splits))]
    if start and all(point.index != start for point in kept):  # what is there was judged with more before it
        points = [point for point in points if point.index >= start + _EDGE]
    points = [*kept, *points]
    if pin.index >= start:
        pin = DriftReference.of(series, pin.index, [point.index for point in points])
    steps = [(point.index, _height(point, series.logs)) for point in points if point.index > pin.index]
    return Detection(tuple(points), drift(pin, series, steps), pin, start + len(tail))


def _height(point: ChangePoint, logs: bool) -> float:
    if not logs:
        return point.after - point.before
    return math.log(point.after / point.before) if min(point.before, point.after) > 0 else math.nan


def _point(found: Course, at: int, better: Better) -> ChangePoint:
    series, split = found.level, found.splits[at]
    bounds = [0, *(each.index for each in found.splits), len(series)]
    around = bounds[at], split.index, bounds[at + 2]
    moved = means(series, *around)
    level = float(series.calm[bounds[at] : split.index].mean()) + found.trend(split.index)
    before, after = series.measured(level), series.measured(level + moved.apart)
    change = relative(before, after)
    low, high = (relative(before, series.measured(level + end)) for end in moved.interval())
    worse: Direction = "worse" if (change > 0) == (better == "lower") else "better"
    return ChangePoint(
        index=int(series.position[split.index]),
        earliest=int(series.position[split.earliest]),
        latest=int(series.position[split.latest]),
        before=before,
        after=after,
        change=change,
        low=low,
        high=high,
        p=max(moved.p, ranks(series, *around)),
        status="confirmed" if _confirmed(series, split, bounds[at], bounds[at + 2]) else "provisional",
        direction="changed" if better == "none" else worse,
    )


def _confirmed(series: Series, split: Split, start: int, end: int) -> bool:
    if split.latest - split.earliest > _WIDEST:
        return False
    start, end = max(start, split.index - _REACH), min(end, split.index + _REACH)
    return any(abs(start + other - split.index) <= _MARGIN for other in kernel_splits(series.calm[start:end]))
