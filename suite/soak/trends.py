"""From series to trends: which of them get worse, whether that goes on, and until when there is room."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from suite.records.comparison import Shift
from suite.records.soak import Course, Trend
from suite.soak.plan import LEAST
from suite.soak.series import SoakSeries
from suite.stats.kendall import Movement, movement

CHANCE = 0.0003
"""So rarely a series that does not move is taken for one that gets worse."""
Floats = npt.NDArray[np.float64]
_GOES_ON = 0.4
"""Of the slope of all windows: what the later half of them must have for it to go on."""
_NEAR = 30 * 86_400.0
"""What piles up matters if there is no more room in so many seconds."""
_HOUR = 3600.0


def trend(series: SoakSeries) -> Trend | None:
    """What the series says; None where it has too few values."""
    if len(series.values) < LEAST:
        return None
    hours = np.array([(window.begin + window.seconds / 2) / _HOUR for window in series.windows])
    values = np.array(series.values)
    strata = [window.segment if series.anew else 0 for window in series.windows]
    moved = movement(hours, values, strata)
    rising = series.better != "higher"
    slope = moved.slope.estimate
    span = sum(float(np.ptp(part)) for part in _split(hours, strata))
    newest = [one == strata[-1] for one in strata]
    last = float(np.median(values[newest] + slope * (hours[newest][-1] - hours[newest])))
    first = last - slope * span
    least = max(series.share * abs(first), series.floor)
    worse = slope * span * (1 if rising else -1)
    p = moved.p(rising=rising)
    course: Course
    if p >= CHANCE or worse <= 0:
        course = "steady"
    elif worse < least:
        course = "small"
    elif not _goes_on(series, hours, moved):
        course = "stopped"
    else:
        course = "drifts"
    left = _left(series.limit, last, slope) if course in ("small", "drifts") else None
    if (
        course == "drifts"
        and series.piles
        and (left is None or left > _NEAR or series.metric.endswith("@workers"))
    ):
        course = "told"
    return Trend(
        series.metric,
        series.unit,
        series.better,
        course,
        first,
        last,
        Shift(slope, moved.slope.low, moved.slope.high),
        p,
        moved.inflation,
        least,
        series.values,
        series.limit,
        left,
    )


def _goes_on(series: SoakSeries, hours: Floats, whole: Movement) -> bool:
    """Whether the later half of the windows of each segment has much of the slope of all."""
    later: list[int] = []
    strata = [window.segment if series.anew else 0 for window in series.windows]
    for one in dict.fromkeys(strata):
        mine = [index for index, stratum in enumerate(strata) if stratum == one]
        later += mine[len(mine) // 2 :]
    part = movement(hours[later], [series.values[at] for at in later], [strata[at] for at in later])
    return part.slope.estimate / whole.slope.estimate >= _GOES_ON


def _left(limit: float | None, level: float, slope: float) -> float | None:
    """Seconds until the limit at this slope (per hour); None where it moves away from it."""
    if limit is None or not slope:
        return None
    hours = (limit - level) / slope
    return max(hours, 0.0) * _HOUR if math.isfinite(hours) else None


def _split(hours: Floats, strata: list[int]) -> list[Floats]:
    return np.split(hours, np.flatnonzero(np.diff(strata)) + 1)
