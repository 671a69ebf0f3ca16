"""Spikes: one or two values far from their neighbours, which are no change of level."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_FAR = 5.0
_BESIDE = 5
_LONGEST = 2


def collapsed(values: Floats, deviation: float) -> Floats:
    """`values` with every spike put to the median of its surroundings.

    A spike is one value or two, further than 5 `deviation`s from the median of five before and of five
    after, which agree with each other. The last values are never one: they may be a new level.
    """
    calm = values.copy()
    reach = _FAR * deviation
    for start in (np.flatnonzero(np.abs(np.diff(values)) > reach) + 1).tolist():
        before = values[max(0, start - _BESIDE) : start]
        for width in range(1, _LONGEST + 1):
            after = values[start + width : start + width + _BESIDE]
            if len(after) <= _BESIDE // 2:
                break
            low, high = sorted((float(np.median(before)), float(np.median(after))))
            window = values[start - 1 : start + width + 1]
            away = (window < low - reach) | (window > high + reach)
            if high - low <= reach and away[1:-1].all() and not away[0] and not away[-1]:
                calm[start : start + width] = (low + high) / 2
                break
    return calm
