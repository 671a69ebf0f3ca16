"""What is measured of a detector."""

import statistics
import time

import numpy as np
from studies.detect import made
from studies.detect.score import MARGIN, Score, score

from suite.stats.changepoint import detect, extend

LENGTHS = {30: 6, 100: 30, 1_000: 6, 10_000: 0.25}
"""Of stepped series, with how often each combination is tried."""
FLAT = {30: 400, 100: 200, 1_000: 30}
DRIFTING = {200: 3, 500: 3, 1_000: 3}
LATEST = 30
_BEFORE = 100
_LONG = 10_000
_STEPS = 40


def accuracy(detector, seed, n, repeat=None):
    """Score over all stepped series of length `n`."""
    series = made.all_stepped(seed, n, LENGTHS[n] if repeat is None else repeat)
    return sum((score(each.steps, detector.find(each.values)) for each in series), Score())


def alarms(detector, seed, flat=None):
    """Per kind of noise, changes found per 1,000 values where there are none."""
    found, values = dict.fromkeys(made.KINDS, 0), dict.fromkeys(made.KINDS, 0)
    for n, repeat in (flat or FLAT).items():
        for each in made.all_flat(seed, n, repeat):
            found[each.kind] += len(detector.find(each.values))
            values[each.kind] += n
    return {kind: 1_000 * found[kind] / values[kind] for kind in made.KINDS}


def delay(detector, seed, repeat=5):
    """Median of how many values after a step of 2 to 10 standard deviations it takes to be found."""
    rng = np.random.default_rng((seed, 4))
    waits = []
    for kind in made.KINDS * repeat:
        for size in (0.10, 0.20, 0.50):
            level = np.r_[np.ones(_BEFORE), np.full(LATEST, 1 + size)]
            values = (level * (1 + 0.05 * made.noise(rng, kind, len(level)))).tolist()
            for wait in range(1, LATEST + 1):
                if any(abs(at - _BEFORE) <= MARGIN for at in detector.find(values[: _BEFORE + wait])):
                    break
            waits.append(wait)
    return statistics.median(waits)


def seconds(detector, seed):
    """Least time of three for 10,000 values with 40 steps."""
    rng = np.random.default_rng((seed, 5))
    values = made.stepped(rng, "normal", _LONG, 0.1, 0.05, _STEPS).values
    return min(_timed(detector.find, values) for _ in range(3))


def _timed(call, *words):
    begin = time.perf_counter()
    call(*words)
    return time.perf_counter() - begin


def drift(seed, drifting=None):
    """Share of drifting series that are said to drift, and of flat and stepped ones."""
    said = [
        detect(each.values).drift is not None
        for n, repeat in (drifting or DRIFTING).items()
        for each in made.all_drifting(seed, n, repeat)
    ]
    wrongly = [
        detect(each.values).drift is not None
        for each in (*made.all_stepped(seed, 1_000, 1), *made.all_flat(seed, 1_000, 10))
    ]
    return statistics.mean(said), statistics.mean(wrongly)


def growth(seed, repeat=200):
    """What adding a value to a history of 10,000 costs, by what it costs with one of 100."""
    rng = np.random.default_rng((seed, 6))
    values = (1 + 0.05 * rng.normal(size=_LONG + repeat)).tolist()
    short, long = detect(values[:100]), detect(values[:_LONG])
    times = {100: [], _LONG: []}
    for more in range(repeat):
        # The short one is always as short, on other values each time; the long one goes on.
        times[100].append(_timed(extend, short, values[more : more + 101]))
        tail = values[long.resume : _LONG + more + 1]
        times[_LONG].append(_timed(extend, long, tail))
        long = extend(long, tail)
    return statistics.median(times[_LONG]) / statistics.median(times[100])
