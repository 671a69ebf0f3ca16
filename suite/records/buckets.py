"""The buckets of a histogram: times in ns by their three highest digits (after Gil Tene's HdrHistogram)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
HIGHEST_NS = 24 * 3600 * 10**9
DIGITS = 3
_STEPS = 1024
"""Buckets per doubling at three digits: a value is known to 1/1024."""
MOST = 38_912
"""Buckets up to 24 hours."""


def indices(values: Counts) -> Counts:
    """The HDR index of each value: a float's exponent and top ten mantissa bits are just that."""
    bits: Counts = (values.astype(np.float64).view(np.int64) >> 42) - 1032 * _STEPS
    return np.where(values < _STEPS, values, bits)


def upper(index: int) -> int:
    """The largest value that falls into the bucket `index`."""
    shift = max(index // _STEPS - 1, 0)
    return ((index - shift * _STEPS + 1) << shift) - 1


def lower(index: int) -> int:
    """The smallest value that falls into the bucket `index`."""
    return upper(index - 1) + 1 if index else 0
