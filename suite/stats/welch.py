"""Welch's comparison: how far the means of two samples with spreads of their own are apart."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_TERMS = 500
_USUAL = 8
_TINY = 1e-300
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Welch:
    """The second mean less the first, its standard error and the degrees of freedom of Student's t.

    After Welch, The generalization of Student's problem when several different population variances
    are involved (1947).
    """

    apart: float
    error: float
    freedom: float

    @classmethod
    def of(cls, a: Floats, b: Floats, inflation: float = 1.0, usual: float = 0.0) -> Self:
        """Of at least two values each, `inflation` of which say what one free of its neighbours would.

        A `usual` deviation, if known, counts for eight values more on each side, for three alone say
        little of their own; but it takes nothing off a spread that is wider (Smyth, Linear models and
        empirical Bayes methods for assessing differential expression, 2004).
        """
        apart = float(b.mean() - a.mean())
        extra = _USUAL if usual > 0 else 0
        free, more = len(a) - 1 + extra, len(b) - 1 + extra
        one, other = (_variance(values, usual, extra) / len(values) for values in (a, b))
        nothing = _ROUNDING * max(abs(float(a.mean())), abs(float(b.mean())))
        if math.sqrt(one + other) <= nothing or one + other <= _TINY:
            return cls(apart if abs(apart) > nothing else 0.0, 0.0, float(free + more))
        share = one / (one + other)
        freedom = 1 / (share**2 / free + (1 - share) ** 2 / more)
        return cls(apart, math.sqrt((one + other) * inflation), freedom)

    @property
    def p(self) -> float:
        """Two-sided p of equal means; without any spread 0 or 1."""
        if self.error == 0:
            return float(self.apart == 0)
        return student(self.apart / self.error, self.freedom)

    def interval(self, doubt: float = 0.05) -> tuple[float, float]:
        """Where the difference lies with a confidence of 1 - `doubt`."""
        reach = quantile(doubt, self.freedom) * self.error
        return self.apart - reach, self.apart + reach


def _variance(values: Floats, usual: float, extra: int) -> float:
    own = float(values.var(ddof=1))
    return max(own, (own * (len(values) - 1) + extra * usual**2) / (len(values) - 1 + extra))


def student(t: float, freedom: float) -> float:
    """Two-sided p of Student's `t` with `freedom` degrees."""
    return _beta(freedom / (freedom + t * t), freedom / 2, 0.5)


@functools.lru_cache(maxsize=4096)
def quantile(p: float, freedom: float) -> float:
    """The t whose two-sided p is `p`, by halving."""
    low, high = 0.0, 1.0
    while student(high, freedom) > p:
        low, high = high, 2 * high
    while high - low > 1e-6 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if student(middle, freedom) > p else (low, middle)
    return high


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22)."""
    if not 0 < x < 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # the fraction is quick below this only
        return 1 - _beta(1 - x, b, a)
    front = a * math.log(x) + b * math.log1p(-x) - math.log(a)
    front += math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    c, d = 1.0, 1 / _nonzero(1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _nonzero(1 + term * d)
            c = _nonzero(1 + term / c)
            fraction *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return min(1.0, math.exp(front) * fraction)


def _nonzero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
