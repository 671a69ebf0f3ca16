"""Whether a series moves one way all along, though neighbours resemble each other, and how fast it does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from suite.records.comparison import Shift
from suite.stats.ranks import Values, between
from suite.stats.welch import student

Floats = npt.NDArray[np.float64]
_MOST = 0.9
"""What lasts longer from one value to the next is taken for movement, and not for noise."""
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Movement:
    """Kendall's `score` (rising pairs less falling ones) of so many `pairs`, its `variance`, the slope.

    `inflation` is how many times the variance is that of values which do not know of each other. `slope` is
    per unit of time, with an interval of 95 %.
    """

    score: int
    pairs: int
    variance: float
    inflation: float
    slope: Shift

    def p(self, *, rising: bool) -> float:
        """The chance of such a score, or one further that way, if nothing moves.

        A score has two ends, and where values remember long its spread comes near them: it is taken for a
        beta distribution between them, not for a normal one, so that a series without a step back is rare.
        """
        freedom = self.pairs**2 / self.variance - 1 if self.variance > 0 else 0.0
        share = ((self.score if rising else -self.score) - 1) / max(self.pairs, 1)
        if freedom <= 0 or share <= -1:
            return 1.0
        beyond = student(share * math.sqrt(freedom / (1 - share**2)), freedom) / 2
        return beyond if share > 0 else 1 - beyond


def movement(times: Values, values: Values, strata: Sequence[int] = ()) -> Movement:
    """The test of Mann and Kendall and the slope of Theil and Sen, for values at ascending `times`.

    The variance is that of Hamed and Rao (A modified Mann-Kendall trend test for autocorrelated data, 1998),
    from ranks of what is left without the slope. Of short series they take too little: what one value has
    of the one before is estimated too low once mean and slope are gone, by about (2 + 4 rho) / n, and the
    lags beyond are lost in noise. So that is put right for the first lag, and others have at least what
    the first hands on.

    Only values of one stratum are compared with each other; strata lie one after another, each with a level
    of its own. Raises ValueError for fewer than three values.
    """
    if len(values) < 3:
        raise ValueError("a movement needs three values")
    parts = _parts(np.asarray(values, float), strata)
    clocks = _parts(np.asarray(times, float), strata)
    pairs = [_pairs(part, clock) for part, clock in zip(parts, clocks, strict=True)]
    steps = np.concatenate([rise for rise, _ in pairs])
    slopes = np.sort(steps / np.concatenate([span for _, span in pairs]))
    middle = float(np.median(slopes)) if len(slopes) else 0.0
    plain = [_variance(part) for part in parts]
    inflations = _inflations([p - middle * c for p, c in zip(parts, clocks, strict=True)])
    variance = sum(one * times_ for one, times_ in zip(plain, inflations, strict=True))
    left_out = math.floor((len(slopes) - _NORMAL.inv_cdf(0.975) * math.sqrt(variance)) / 2)
    return Movement(
        int(np.sign(steps).sum()),
        len(steps),
        variance,
        variance / sum(plain) if sum(plain) > 0 else 1.0,
        between(slopes, max(left_out, 0)) if len(slopes) else Shift(0.0, -math.inf, math.inf),
    )


def _parts(values: Floats, strata: Sequence[int]) -> list[Floats]:
    """The values of each stratum."""
    if not len(strata):
        return [values]
    return np.split(values, np.flatnonzero(np.diff(np.asarray(strata))) + 1)


def _pairs(values: Floats, times: Floats) -> tuple[Floats, Floats]:
    """By how much the later of each two is higher, and how much later it is."""
    first, second = np.triu_indices(len(values), 1)
    return values[second] - values[first], times[second] - times[first]


def _variance(values: Floats) -> float:
    """Of the score of values in random order, ties taken into account (Kendall 1975)."""
    n = len(values)
    _, ties = np.unique(values, return_counts=True)
    tied = float((ties * (ties - 1.0) * (2 * ties + 5)).sum())
    return (n * (n - 1) * (2 * n + 5) - tied) / 18


def _inflations(parts: Sequence[Floats]) -> list[float]:
    """How many times the variance is what it would be without a memory; 1 for a stratum that is too short."""
    apart = np.cumsum([len(part) for part in parts])[:-1]
    ranks = [part - part.mean() for part in np.split(_ranks(parts), apart)]
    longest, size = max(map(len, ranks)), sum(map(len, ranks)) / len(ranks)
    scale = sum(float(part @ part) for part in ranks)
    if longest <= 4 or size <= 4 or scale <= 0:
        return [1.0] * len(parts)
    seen = np.array(
        [
            sum(float(part[:-lag] @ part[lag:]) for part in ranks if len(part) > lag)
            for lag in range(1, longest)
        ]
    )
    seen /= scale
    first = min(max((size * seen[0] + 2) / (size - 4), 0.0), _MOST) if seen[0] > 0 else 0.0
    # Ranks of normal values that share rho correlate by 6 / pi asin(rho / 2).
    shared = (2 * math.sin(math.pi / 6 * first)) ** np.arange(1, longest)
    lasting = np.where(np.minimum.accumulate(seen) > 0, seen, 0.0)
    kept = np.maximum(6 / math.pi * np.arcsin(shared / 2), lasting)
    return [_inflation(len(part), kept[: len(part) - 1]) for part in ranks]


def _ranks(parts: Sequence[Floats]) -> Floats:
    """Of all values, those of each stratum from its own median; equal ones share theirs.

    Those too that only the last digits of a sum tell apart.
    """
    values = np.concatenate([part - np.median(part) for part in parts])
    values = np.round(values / (np.abs(values).max() or 1.0), 9)
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return ranks


def _inflation(n: int, correlations: Floats) -> float:
    """Hamed and Rao's, from the correlations of ranks at the lags 1 to n - 1."""
    if n <= 2:
        return 1.0
    left = n - np.arange(1.0, n)
    return max(
        1.0, 1 + 2 * float((left * (left - 1) * (left - 2) * correlations).sum()) / (n * (n - 1) * (n - 2))
    )
