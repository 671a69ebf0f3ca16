"""Whether a series climbs by steps or all along."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from suite.stats.seeded_intervals import LEAST
from suite.stats.segmentation import Split, segment
from suite.stats.series import Series
from suite.stats.welch import student

_CHANCE = 1e-3
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Course:
    """How a series went: a trend of `slope` per value, and steps on top of it.

    `level` is the series without the trend.
    """

    level: Series
    splits: tuple[Split, ...]
    slope: float = 0.0

    def trend(self, at: int) -> float:
        """What the trend adds to the level of the value `at`."""
        return self.slope * (at - (len(self.level) - 1) / 2)


def course(series: Series) -> Course:
    """Steps alone, or a trend with those that it leaves: what Bayes' information criterion prefers.

    A trend makes a staircase of steps; but within the segments it goes on. Where it does, series and
    segmentation are done again without it until both agree.
    """
    if len(series) < 2 * LEAST:
        return Course(series, ())
    steps = Course(series, tuple(segment(series)))
    slopes = {_slope(series, steps.splits), _slope(series, ())} - {0.0}
    return min([steps, *(_settled(series, slope) for slope in sorted(slopes))], key=_criterion)


def _settled(series: Series, slope: float) -> Course:
    """The course with a trend near `slope`."""
    found = Course(series, ())
    for _ in range(_ROUNDS):
        level = series.without(slope)
        before, found = found, Course(level, tuple(segment(level)), slope)
        if found.splits == before.splits and before.slope:
            break
        slope = _slope(series, found.splits)
        if not slope:
            break
    return found


def _parts(series: Series, splits: tuple[Split, ...]) -> list[npt.NDArray[np.float64]]:
    return np.split(series.calm, [split.index for split in splits])


def _slope(series: Series, splits: tuple[Split, ...]) -> float:
    """The slope that all segments share, by least squares; 0 if it may be chance."""
    parts = [part - part.mean() for part in _parts(series, splits)]
    times = [np.arange(len(part)) - (len(part) - 1) / 2 for part in parts]
    values, time = np.concatenate(parts), np.concatenate(times)
    along, freedom = float(time @ time), len(series) - len(parts) - 1
    if along <= 0 or freedom < 1:
        return 0.0
    slope = float(time @ values) / along
    error = math.sqrt(float(((values - slope * time) ** 2).sum()) / freedom / along * series.inflation)
    if error <= 1e-12 * abs(slope):
        return slope
    return slope if student(slope / error, freedom) < _CHANCE else 0.0


def _criterion(tried: Course) -> float:
    """Of a level and a place per step, and the trend."""
    series = tried.level
    left = sum(float(((part - part.mean()) ** 2).sum()) for part in _parts(series, tried.splits))
    floor = 1e-24 * float((series.calm**2).sum()) + 1e-300
    parameters = 2 * len(tried.splits) + 1 + 2 * bool(tried.slope)
    return len(series) / series.inflation * math.log(left + floor) + parameters * math.log(len(series))
