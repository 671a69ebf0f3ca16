"""Seeded intervals: candidates for changes of level, at every scale."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LEAST = 3
"""Values on each side of a change."""
_DECAY = math.sqrt(0.5)
_ROUNDING = 1e-12


def prominent(values: Floats, height: float) -> list[int]:
    """Splits of `values` whose gain is above `height` squared, in order.

    After Kovács, Bühlmann, Li and Munk, Seeded binary segmentation (2023): in overlapping intervals of
    all sizes the best split of each is a candidate; the most prominent is taken and all intervals
    across it are left, until none is prominent.
    """
    least = max(height, _ROUNDING * float(np.abs(values).max(initial=0.0))) ** 2
    if len(values) < 2 * LEAST or least <= 0:
        return []
    found = np.concatenate(list(_layers(values)))
    found = found[found[:, 0] > least]
    found = found[np.argsort(-found[:, 0], kind="stable")]
    splits: list[int] = []
    while len(found):
        split = int(found[0, 1])
        splits.append(split)
        found = found[(found[:, 2] >= split) | (found[:, 3] <= split)]
    return sorted(splits)


def gain(left: Floats, whole: Floats | float, inner: npt.NDArray[np.int64], size: int) -> Floats:
    """What a split after `inner` of `size` values takes off the sum of squares, from sums of the values."""
    return np.asarray((left - whole * (inner / size)) ** 2 * size / (inner * (size - inner)), np.float64)


def _layers(values: Floats) -> Iterator[Floats]:
    """Per size of interval, rows of: gain of the best split, the split, start and end of the interval."""
    n = len(values)
    total = np.concatenate([[0.0], np.cumsum(values - values.mean())])
    length = float(n)
    while length >= 2 * LEAST:
        size = math.ceil(length)
        many = 2 * math.ceil(n / length) - 1
        starts = (np.arange(many) * ((n - size) / max(1, many - 1))).round().astype(np.int64)
        inner = np.arange(LEAST, size - LEAST + 1)
        base = total[starts]
        gains = gain(
            total[starts[:, None] + inner] - base[:, None],
            (total[starts + size] - base)[:, None],
            inner,
            size,
        )
        best = gains.argmax(axis=1)
        yield np.stack([gains.max(axis=1), starts + inner[best], starts, starts + size], axis=1)
        length *= _DECAY
