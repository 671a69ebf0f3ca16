"""Kernel change point detection: where the whole distribution of a series changes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from suite.stats.difference import RANKS
from suite.stats.ranks import mann_whitney

Floats = npt.NDArray[np.float64]
_LEAST = 3


def kernel_splits(values: Floats) -> list[int]:
    """Indexes where `values` change, in order; the cost grows with the square of their number.

    The split that leaves the least cost under a Gaussian kernel (as wide as the median distance), then
    the same in both parts, as long as ranks tell them apart at 1e-3. After Harchaoui and Cappé,
    Retrospective multiple change-point estimation with kernels (2007).
    """
    n = len(values)
    if n < 2 * _LEAST:
        return []
    apart = (values[:, None] - values) ** 2
    width = float(np.median(apart[np.triu_indices(n, 1)]))
    if width <= 0:
        width = float(apart.mean())
    if width <= 0:
        return []
    sums = np.zeros((n + 1, n + 1))
    sums[1:, 1:] = np.exp(-apart / (2 * width)).cumsum(axis=0).cumsum(axis=1)
    splits: list[int] = []
    open_ = [(0, n)]
    while open_:
        start, end = open_.pop()
        if end - start < 2 * _LEAST:
            continue
        split = _best(sums, start, end)
        if mann_whitney(values[start:split], values[split:end]) < RANKS:
            splits.append(split)
            open_ += [(start, split), (split, end)]
    return sorted(splits)


def _best(sums: Floats, start: int, end: int) -> int:
    """The split of [start, end) that leaves the most similarity within its parts."""
    at = np.arange(start + _LEAST, end - _LEAST + 1)
    own = sums.diagonal()
    left = own[at] - 2 * sums[start, at] + own[start]
    right = own[end] - 2 * sums[at, end] + own[at]
    return int(at[np.argmax(left / (at - start) + right / (end - at))])
