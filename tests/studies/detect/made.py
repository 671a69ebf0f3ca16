"""Series with changes that are known, since they were put in."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

SIZES = (0.02, 0.05, 0.10, 0.20, 0.50)
SPREADS = (0.01, 0.02, 0.05, 0.10)
INDEPENDENT = ("normal", "heavy-tailed", "bimodal")
KINDS = (*INDEPENDENT, "autocorrelated")
STEPS = {30: 1, 100: 2, 1_000: 5, 10_000: 20}
"""The most steps in a series of a length; 1 at least."""
_UNITS = (1e-3, 1.0, 50.0)
_LOWEST = 0.05
DRIFT = 0.001


@dataclass(frozen=True)
class Made:
    """Values, where their level changes, and what they are made of."""

    values: list[float]
    steps: tuple[int, ...]
    kind: str
    size: float
    spread: float


def noise(rng, kind, n):
    """`n` values of mean 0 and variance 1.

    heavy-tailed is Student's t with 3 degrees; bimodal has 10 to 50 % of its values in a second mode, 2
    to 4 standard deviations off; autocorrelated is of the first order, .2 to .6.
    """
    if kind == "normal":
        return rng.normal(size=n)
    if kind == "heavy-tailed":
        return rng.standard_t(3, n) / np.sqrt(3)
    if kind == "bimodal":
        share, gap = rng.uniform(0.1, 0.5), rng.uniform(2, 4)
        values = rng.normal(size=n) + gap * (rng.random(n) < share)
        return (values - gap * share) / np.sqrt(1 + gap**2 * share * (1 - share))
    rho = rng.uniform(0.2, 0.6)
    values = rng.normal(size=n)
    values[1:] *= np.sqrt(1 - rho**2)
    for at in range(1, n):
        values[at] += rho * values[at - 1]
    return values


def stepped(rng, kind, n, size, spread, count):
    """`count` steps up or down, each level lasting a sixth of the series at least, or 50 values."""
    least = min(50, n // 6)
    room = n - (count + 1) * least
    places = np.sort(rng.integers(0, room + 1, count)) + least * np.arange(1, count + 1)
    level = np.ones(n)
    for place in places:
        level[place:] *= 1 + size if rng.random() < 0.5 else 1 / (1 + size)
    return Made(_noisy(rng, level, kind, spread), tuple(places.tolist()), kind, size, spread)


def flat(rng, kind, n, spread):
    """No change at all."""
    return Made(_noisy(rng, np.ones(n), kind, spread), (), kind, 0.0, spread)


def drifting(rng, kind, n, spread):
    """Up by .1 % with each value."""
    return Made(_noisy(rng, (1 + DRIFT) ** np.arange(n), kind, spread), (), kind, 0.0, spread)


def _noisy(rng, level, kind, spread):
    values = np.maximum(level * (1 + spread * noise(rng, kind, len(level))), _LOWEST * level)
    return (values * rng.choice(_UNITS)).tolist()


def all_stepped(seed, n, repeat) -> Iterator[Made]:
    """Every kind of noise, size of step and spread, `repeat` times; below 1 one kind each, in turn."""
    rng = np.random.default_rng((seed, n, 1))
    for row, size in enumerate(SIZES):
        for column, spread in enumerate(SPREADS):
            turn = (row + column) % len(KINDS)
            for kind in KINDS * int(repeat) if repeat >= 1 else KINDS[turn : turn + 1]:
                yield stepped(rng, kind, n, size, spread, int(rng.integers(STEPS[n])) + 1)


def all_flat(seed, n, repeat) -> Iterator[Made]:
    """Every kind of noise, `repeat` times, spreads in turn."""
    rng = np.random.default_rng((seed, n, 2))
    for turn in range(repeat):
        for kind in KINDS:
            yield flat(rng, kind, n, SPREADS[turn % len(SPREADS)])


def all_drifting(seed, n, repeat) -> Iterator[Made]:
    """Every kind of noise and spread, `repeat` times."""
    rng = np.random.default_rng((seed, n, 3))
    for kind in KINDS * repeat:
        for spread in SPREADS:
            yield drifting(rng, kind, n, spread)
