"""Drift: a level that moved too slowly for any one change to stand out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from suite.stats.ranks import mann_whitney
from suite.stats.series import Series
from suite.stats.welch import Welch

Floats = npt.NDArray[np.float64]
_COUNT = 20
_LEAST = 0.05
_CHANCE = 1e-3


@dataclass(frozen=True, slots=True)
class DriftReference:
    """What drift is measured against: the first twenty values from `index` on, fewer while there are."""

    index: int = 0
    values: tuple[float, ...] = ()

    @property
    def whole(self) -> bool:
        return len(self.values) == _COUNT

    @classmethod
    def of(cls, series: Series, index: int, points: Iterable[int]) -> Self:
        """Of `series`, from the value at position `index` on.

        It never reaches across a change: if one of `points` is among its values, it begins there.
        """
        start = int(np.searchsorted(series.position, index))
        for point in sorted(points):
            inside = int(np.searchsorted(series.position, point))
            if start < inside < start + _COUNT:
                start, index = inside, point
        return cls(index, tuple(series.given[start : start + _COUNT].tolist()))


@dataclass(frozen=True, slots=True)
class Drift:
    """The level moved from `before`, at `since`, to `after`, without what changed in steps.

    `change` is after / before - 1, `p` the larger of Welch's and Mann and Whitney's.
    """

    since: int
    before: float
    after: float
    change: float
    p: float


def drift(pin: DriftReference, series: Series, steps: Sequence[tuple[int, float]]) -> Drift | None:
    """What the last twenty values of `series` say against `pin`: at least 5 %, p below .001, else None.

    `steps` are positions and heights (on the scale of `series`) of changes since the pin: they explain
    what they are worth.
    """
    if not pin.whole or len(series) < _COUNT or series.position[-_COUNT] < pin.index + _COUNT:
        return None
    first = np.array(pin.values)
    if series.logs:
        if not (first > 0).all():
            return None
        first = np.log(first)
    last, places = series.calm[-_COUNT:].copy(), series.position[-_COUNT:]
    for place, height in steps:
        last[places >= place] -= height
    moved = Welch.of(first, last, series.inflation)
    p = max(moved.p, mann_whitney(first, last))
    before, after = series.measured(float(first.mean())), series.measured(float(last.mean()))
    change = relative(before, after)
    return Drift(pin.index, before, after, change, p) if p < _CHANCE and abs(change) >= _LEAST else None


def relative(before: float, after: float) -> float:
    """The ratio less 1; what is below 0 and falls further has a change below 0 too."""
    if before == after:
        return 0.0
    return (after - before) / abs(before) if before else float(np.copysign(np.inf, after - before))
