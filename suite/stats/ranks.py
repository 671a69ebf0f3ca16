"""Tests and estimates that rest on order alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt

from suite.records.comparison import Shift

Alternative = Literal["less", "greater", "two-sided"]
Values64 = npt.NDArray[np.float64]
Values = Sequence[float] | Values64
_SMALL = 50
"""With more than this many values on both sides the distribution of ranks is near enough to normal."""
_PAIRS, _TIED_PAIRS = 10_000, 2_000
"""Up to so many pairs of values the distribution is counted out; with ties that is dearer."""


def mann_whitney(a: Values, b: Values, alternative: Alternative = "two-sided") -> float:
    """The p of the hypothesis that `a` and `b` come from one distribution (Mann, Whitney 1947).

    `less`: against `a` being less than `b`. Exact while a side has up to 50 values and the other not
    very many, ties included (over all ways to deal the values out); beyond that normal, corrected for
    ties and continuity. Two-sided is twice the smaller side. 1 if a side is empty or all values are equal.
    """
    n, m = len(a), len(b)
    if not n or not m:
        return 1.0
    ranks = _doubled_midranks(np.concatenate([np.asarray(a, float), np.asarray(b, float)]))
    observed = int(ranks[:n].sum())
    tied = len(np.unique(ranks)) < n + m
    if min(n, m) > _SMALL or n * m > (_TIED_PAIRS if tied else _PAIRS):
        less, greater = _normal(ranks, observed, n, m)
    elif tied:
        less, greater = _dealt(ranks, observed, n, m)
    else:
        above = (observed - n * (n + 1)) // 2  # pairs in which the first is the larger
        less, greater = _share(n, m, above), _share(n, m, n * m - above)
    if alternative == "two-sided":
        return min(1.0, 2 * min(less, greater))
    return less if alternative == "less" else greater


def hodges_lehmann(a: Values, b: Values, confidence: float = 0.95) -> Shift:
    """How far `b` lies above `a`: the median of all differences b - a (Hodges and Lehmann 1963).

    The interval is what the two-sided Mann-Whitney test does not reject: exact, but wider with ties. An
    end that so few values can't give is infinite. Values are finite, and on logs the shift is a ratio's
    log. Raises ValueError for an empty side.
    """
    if not len(a) or not len(b):
        raise ValueError("a shift needs values on both sides")
    differences = np.sort(np.subtract.outer(np.asarray(b, float), np.asarray(a, float)), axis=None)
    return between(differences, _critical(len(a), len(b), (1 - confidence) / 2))


def between(differences: Values64, left_out: int) -> Shift:
    """The median of sorted `differences`; its ends leave `left_out` - 1 out each, 0 leaves no bound."""
    low = float(differences[left_out - 1]) if left_out else -math.inf
    high = float(differences[len(differences) - left_out]) if left_out else math.inf
    return Shift(float(np.median(differences)), low, high)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p values adjusted for there being several (Holm 1979), in the order given."""
    adjusted = [1.0] * len(p_values)
    highest = 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, p_values[index] * (len(p_values) - place)))
        adjusted[index] = highest
    return adjusted


@lru_cache(maxsize=1024)
def ways(n: int, m: int) -> Values64:
    """In how many orders of n and m distinct values 0, 1, ... n*m pairs have the second above.

    The coefficients of the Gaussian binomial: whole numbers, as long as a float holds them.
    """
    counts = np.zeros(n * m + 1)
    counts[0] = 1
    few, many = sorted((n, m))
    for i in range(1, few + 1):
        counts[many + i :] -= counts[: -(many + i)].copy() if many + i <= n * m else 0
        for start in range(i):
            counts[start::i] = np.cumsum(counts[start::i])
    half = len(counts) // 2
    counts[len(counts) - half :] = counts[:half][::-1]  # the upper half would round, and mirrors the lower
    counts.flags.writeable = False
    return counts


def _share(n: int, m: int, most: int) -> float:
    """The chance of at most `most` such pairs."""
    counts = ways(n, m)
    return float(counts[: most + 1].sum() / counts.sum())


def _dealt(ranks: npt.NDArray[np.int64], observed: int, n: int, m: int) -> tuple[float, float]:
    """Chances of a rank sum of at most, and of at least, `observed` for n of the `ranks`."""
    if n > m:  # the smaller side is quicker to deal out
        greater, less = _dealt(ranks, int(ranks.sum()) - observed, m, n)
        return less, greater
    counts = _sums(tuple(np.sort(ranks).tolist()), n)
    return float(counts[: observed + 1].sum() / counts.sum()), float(counts[observed:].sum() / counts.sum())


@lru_cache(maxsize=64)
def _sums(ranks: tuple[int, ...], n: int) -> Values64:
    """How many choices of n of the `ranks` have the sum 0, 1, 2, ..."""
    counts = np.zeros((n + 1, sum(ranks[-n:]) + 1))
    counts[0, 0] = 1
    for rank in ranks:
        counts[1:, rank:] += counts[:-1, :-rank].copy()
    found: Values64 = counts[n]
    return found


def _normal(ranks: npt.NDArray[np.int64], observed: int, n: int, m: int) -> tuple[float, float]:
    count = n + m
    _, ties = np.unique(ranks, return_counts=True)
    tied = float((ties.astype(float) ** 3 - ties).sum()) / (count * (count - 1))
    variance = n * m / 12 * (count + 1 - tied)
    if variance <= 0:
        return 1.0, 1.0
    off = observed / 2 - n * (count + 1) / 2
    scale = math.sqrt(2 * variance)
    return math.erfc(-(off + 0.5) / scale) / 2, math.erfc((off - 0.5) / scale) / 2


def _doubled_midranks(values: Values64) -> npt.NDArray[np.int64]:
    """Twice the ranks from 1, equal values sharing their mean: whole numbers."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    doubled: npt.NDArray[np.int64] = (2 * last - counts + 1)[inverse]
    return doubled


def _critical(n: int, m: int, tail: float) -> int:
    """The most pairs c so that fewer than c have the second below with a chance of at most `tail`."""
    if min(n, m) > _SMALL or n * m > _PAIRS:
        z = NormalDist().inv_cdf(tail)
        return max(math.floor(n * m / 2 + z * math.sqrt(n * m * (n + m + 1) / 12)), 0)
    counts = np.cumsum(ways(n, m))
    return int(np.count_nonzero(counts / counts[-1] <= tail * (1 + 1e-9)))  # 1 - .9 is a hair below .1
