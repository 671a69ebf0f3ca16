"""Seeded binary segmentation: where the level of a series changes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from suite.stats.difference import doubt
from suite.stats.seeded_intervals import LEAST, gain, prominent
from suite.stats.series import Series

Floats = npt.NDArray[np.float64]
_STANDS_OUT = 3.75
"""Standard errors from which on a split is a candidate."""
_ALIKE = 2.0
"""Log-likelihood by which a place may be worse than the best and still be it."""
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Split:
    """A change of level: the value at `index` is the first of the new one.

    By the likelihood of each place it may as well be anywhere from `earliest` to `latest`.
    """

    index: int
    earliest: int
    latest: int


def segment(series: Series) -> list[Split]:
    """The changes of level in `series`, in order.

    Prominent splits of seeded intervals are candidates. As long as two neighbouring segments don't
    differ by Welch's test and by ranks, the split that is doubted most goes; the others are placed anew.
    """
    unit = series.deviation * math.sqrt(series.inflation)
    splits = prominent(series.calm, _STANDS_OUT * unit)
    for _ in range(_ROUNDS):
        before = splits
        splits = _placed(series, _certain(series, splits))
        if splits == before:
            break
    splits = _certain(series, splits)
    return [_ranged(series, index, *around) for index, around in _neighbours(splits, len(series))]


def _neighbours(splits: list[int], n: int) -> list[tuple[int, tuple[int, int]]]:
    """Each split with the bounds of the two segments beside it."""
    bounds = [0, *splits, n]
    return list(zip(splits, zip(bounds, bounds[2:], strict=False), strict=True))


def _profile(series: Series, start: int, end: int) -> Floats:
    """The gain of every split from `start` + LEAST on."""
    values = series.calm[start:end]
    inner = np.arange(LEAST, len(values) - LEAST + 1)
    return gain(np.cumsum(values - values.mean())[inner - 1], 0.0, inner, len(values))


def _placed(series: Series, splits: list[int]) -> list[int]:
    """Each split put where it is best between its neighbours."""
    moved: list[int] = []
    for index, (_, end) in _neighbours(splits, len(series)):
        start = moved[-1] if moved else 0
        gains = _profile(series, start, end)
        moved.append(start + LEAST + int(gains.argmax()) if len(gains) else index)
    return moved


def _ranged(series: Series, index: int, start: int, end: int) -> Split:
    gains = _profile(series, start, end)
    unit = 2 * series.deviation**2 * series.inflation
    alike = np.flatnonzero(gains >= gains.max() - _ALIKE * unit) + start + LEAST
    return Split(index, min(index, int(alike[0])), max(index, int(alike[-1])))


def _certain(series: Series, splits: list[int]) -> list[int]:
    """`splits` without those that are no difference, the most doubtful first dropped."""
    left = list(splits)

    def doubted(at: int) -> float:
        start = left[at - 1] if at else 0
        end = left[at + 1] if at + 1 < len(left) else len(series)
        if min(left[at] - start, end - left[at]) < LEAST:
            return math.inf
        return doubt(series, start, left[at], end)

    doubts = [doubted(at) for at in range(len(left))]
    while doubts and max(doubts) >= 1:
        worst = doubts.index(max(doubts))
        del left[worst], doubts[worst]
        for at in (worst - 1, worst):
            if 0 <= at < len(left):
                doubts[at] = doubted(at)
    return left
