"""How long the event loop of a worker stood still: what that did to the figures, and who kept it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from suite.records.loop_lag import LoopHolder, LoopLag
from suite.records.recording import Times

_SEVERAL = 3
"""Beats that must have met a standstill before there is anything to say."""


def waits_of(lag: LoopLag, begin: int, end: int) -> tuple[Times, Times]:
    """How long the loop was still to stand at beats between `begin` and `end`, and what time each of them
    stands for.

    A late beat stands for all that were due until it came: each is a moment like any other.
    """
    due, every, late = (np.array(column, np.int64) for column in (lag.due, lag.every, lag.late))
    beats = late // every + 1
    nth = np.arange(beats.sum()) - np.repeat(np.cumsum(beats) - beats, beats)
    due, every, late = (np.repeat(column, beats) for column in (due, every, late))
    moments = due + nth * every
    within = (begin <= moments) & (moments < end)
    return (late - nth * every)[within], every[within]


def blocked(lags: Sequence[LoopLag], begin: int, end: int) -> float:
    """Share of the time in which the loop that was worst off stood still."""
    shares = (float(waits_of(lag, begin, end)[1].sum()) / (end - begin) for lag in lags)
    return min(max(shares, default=0.0), 1.0)


def waiting(lags: Sequence[LoopLag], begin: int, end: int, quantile: float) -> float:
    """Seconds that what comes at a random moment waits for the loop: a quantile of them."""
    found = [waits_of(lag, begin, end) for lag in lags]
    waits = np.concatenate([np.empty(0, np.int64), *(waits for waits, _ in found)])
    if len(waits) < _SEVERAL:
        return 0.0
    order = np.argsort(waits)[::-1]
    longer = np.cumsum(np.concatenate([times for _, times in found])[order])
    position = int(np.searchsorted(longer, (1 - quantile) * (end - begin) * len(lags), "right"))
    return float(waits[order[position]]) * 1e-9 if position < len(order) else 0.0


def holder(lags: Sequence[LoopLag]) -> LoopHolder | None:
    """Who kept the loops longest; None if nobody was seen."""
    seen: Counter[LoopHolder] = Counter()
    for lag in lags:
        seen.update(lag.holders)
    return max(seen, key=lambda one: seen[one], default=None)
