"""Whether two neighbouring stretches of a series differ: two tests that must agree."""

from __future__ import annotations

from suite.stats.ranks import mann_whitney
from suite.stats.series import Series
from suite.stats.welch import Welch

MEANS = 1e-4
RANKS = 1e-3
"""The p that each test must stay below."""


def means(series: Series, start: int, split: int, end: int) -> Welch:
    """How far the level from `split` to `end` is from that before, as dependent as the noise is."""
    before, after = series.calm[start:split], series.calm[split:end]
    return Welch.of(before, after, series.inflation, series.deviation)


def ranks(series: Series, start: int, split: int, end: int) -> float:
    """Two-sided p of Mann and Whitney's test, spikes and all."""
    return mann_whitney(series.raw[start:split], series.raw[split:end])


def doubt(series: Series, start: int, split: int, end: int) -> float:
    """How much speaks against a change at `split`; none that matters below 1.

    The larger of two p, each by what it may be: Welch's on values without spikes, and Mann and
    Whitney's on all. The first knows of dependent noise, the second of values far out. Ranks can't
    say more than how many there are: discounted for dependence too, they would leave the plainest
    step in doubt.
    """
    against = means(series, start, split, end).p / MEANS
    if against >= 1:
        return against
    return max(against, ranks(series, start, split, end) / RANKS)
