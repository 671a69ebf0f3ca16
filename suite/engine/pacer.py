"""Arrival processes as pure functions: a plan of intended starts, in seconds from the loop's start.

No clock and no sleep here: what a plan says can be tested without waiting for it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from suite.contract.loop import OpenLoop
from suite.contract.replay import Replay

Starts = npt.NDArray[np.float64]


def plan(loop: OpenLoop, seed: int) -> Starts:
    """Intended starts of a whole open loop, warm-up first, ascending; Poisson depends on `seed`.

    The measured part begins at `loop.warmup`. The warm-up runs at the rate that the measured part
    starts with, evenly spaced (for a ramp: at a tenth of its end rate).
    """
    assert not isinstance(loop.arrivals, Replay), "a log says its own starts: see suite.engine.replaying"
    match loop.arrivals:
        case "constant":
            starts = constant(loop.rate, loop.seconds)
        case "poisson":
            starts = poisson(loop.rate, loop.seconds, np.random.default_rng(seed))
        case "burst":
            starts = burst(loop.rate, loop.seconds, loop.burst)
        case "ramp":
            starts = ramp(loop.rate, loop.seconds)
        case "stages":
            starts = stages(loop.stages)
    first_rate = {"ramp": loop.rate / 10, "stages": loop.stages[0][0] if loop.stages else 0.0}
    rate = first_rate.get(loop.arrivals, loop.rate)
    warm = constant(rate, loop.warmup) if loop.warmup and rate else np.empty(0)
    return np.concatenate([warm, starts + loop.warmup])


def constant(rate: float, seconds: float) -> Starts:
    """Evenly spaced: start i at i / rate."""
    return np.arange(round(rate * seconds)) / rate


def poisson(rate: float, seconds: float, random: np.random.Generator) -> Starts:
    """A Poisson process: independent exponential gaps of mean 1 / rate."""
    expected = rate * seconds
    chunk = int(expected + 6 * expected**0.5 + 16)
    starts: Starts = np.cumsum(random.exponential(1 / rate, chunk))
    while starts[-1] < seconds:
        more = np.cumsum(random.exponential(1 / rate, chunk)) + starts[-1]
        starts = np.concatenate([starts, more])
    return starts[starts < seconds]


def burst(rate: float, seconds: float, size: int) -> Starts:
    """`size` starts at once, every size / rate seconds; the last burst may be smaller."""
    index = np.arange(round(rate * seconds))
    return np.asarray((index // size) * (size / rate), np.float64)


def ramp(rate: float, seconds: float) -> Starts:
    """A rate that grows linearly from 0 to `rate`: start i where rate * t**2 / (2 * seconds) = i + 1/2.

    The half keeps the first start off t = 0, where the rate is 0.
    """
    total = round(rate * seconds / 2)
    return np.asarray(np.sqrt((np.arange(total) + 0.5) * 2 * seconds / rate), np.float64)


def stages(steps: tuple[tuple[float, float], ...]) -> Starts:
    """Constant rates one after another, each (rate, seconds); rate 0 is a pause."""
    parts, begin = [np.empty(0)], 0.0
    for rate, seconds in steps:
        if rate:
            parts.append(begin + constant(rate, seconds))
        begin += seconds
    return np.concatenate(parts)
