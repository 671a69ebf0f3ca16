"""Memory that grows all through a round, told from what a start takes by a trend test."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from suite.measure.distribution import Point
from suite.measure.resources import ELSEWHERE, Usage
from suite.stats.kendall import movement

_FEWEST, _MOST = 20, 60
"""Windows of a second and longer, whose levels are compared."""
_CHANCE = 0.0003
"""So rarely memory that does not grow is taken for some that does."""
_GOES_ON = 0.4
"""Of the slope of all windows: what the later half of them must have."""
_SHARE, _FLOOR = 0.01, 500e3
"""Growth that is not worth a word: of the first level, and bytes."""
Levels = npt.NDArray[np.float64]


def lasting_growth(usage: Usage, begin: int, end: int, operations: int) -> Point:
    """Bytes an operation by which memory grew all along from `begin` to `end` (monotonic ns).

    0 where the test of Mann and Kendall shows no trend, where the trend ends on the way, or in a round
    that is too short for it; a note says that.
    """
    seconds = (end - begin) / 1e9
    windows = min(int(seconds), _MOST)
    if len(usage.times) < 2:
        return Point(None, note=usage.notes.get("idle", ELSEWHERE))
    if windows < _FEWEST or not operations:
        return Point(0.0, note=f"none is shown: it takes {_FEWEST} s to tell a trend")
    edges = np.linspace(begin, end, windows + 1)
    which = np.digitize(usage.times, edges) - 1
    inside = (which >= 0) & (which < windows)
    counts = np.bincount(which[inside], minlength=windows)
    sums = np.bincount(which[inside], usage.memory[inside], windows)
    known = np.flatnonzero(counts)
    if len(known) < _FEWEST:
        return Point(0.0, note=f"none is shown: memory was read in {len(known)} of {windows} windows")
    moments = (known + 0.5) * seconds / windows
    slope = _slope(moments, sums[known] / counts[known])
    return Point(slope * seconds / operations)


def _slope(moments: Levels, levels: Levels) -> float:
    """Bytes a second, if that is shown and goes on; else 0."""
    whole = movement(moments, levels)
    slope, half = whole.slope.estimate, len(levels) // 2
    least = max(_SHARE * levels[0], _FLOOR)
    if whole.p(rising=True) >= _CHANCE or slope * (moments[-1] - moments[0]) < least:
        return 0.0
    later = movement(moments[half:], levels[half:]).slope.estimate
    return slope if later >= _GOES_ON * slope else 0.0
