"""What a comparison would catch here, and how often it would be a false alarm: by resampling measured runs.

Runs of one state of the code stand in for both sides. An A/B comparison takes stretches of consecutive
runs, a block of pairs each, so that whatever drifts in the machine drifts here too (a moving-block
bootstrap, Künsch 1989). A stored Run is set against a stretch of earlier ones. Slow-downs are planted by
making one metric of one side worse by a share.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from suite.compare.compare import ALPHA, better_of
from suite.compare.minimum import Minimum, Overrides, Scale, minimum
from suite.compare.reference_distribution import (
    ENOUGH,
    HEAD_ROUNDS,
    HEAD_RUNS,
    Draws,
    ReferenceDistribution,
    drift_of,
)
from suite.compare.run_values import pools
from suite.compare.sequential import BLOCK, LOOKS, Paired, judge, schedule
from suite.records.better import Better
from suite.records.comparison import Shift
from suite.records.run import Run
from suite.stats.ranks import holm

FEWEST = 16
"""Measured runs from which anything can be said: a stretch of 8, and others to set against it."""
EFFECTS = (
    0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.10, 0.12, 0.15, 0.20, 0.25, 0.30, 0.40, 0.50, 0.75, 1.0, 2.0,
)  # fmt: skip
"""Slow-downs that are tried."""
CAUGHT = 0.95
"""The share of comparisons that must catch an effect for it to count as detectable."""
_STRETCH = 2 * BLOCK

Rates = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class MetricSeries:
    """One metric of consecutive runs, oldest first."""

    metric: str
    unit: str
    better: Better
    least: Minimum
    values: tuple[float, ...]

    @property
    def variation(self) -> float:
        """Standard deviation by mean, from run to run; 0 where the mean is 0."""
        mean = float(np.mean(self.values))
        return float(np.std(self.values, ddof=1)) / abs(mean) if mean else 0.0

    def worse(self, value: float, share: float) -> float:
        """`value` after a slow-down by `share`."""
        return value * (1 + share) if self.better == "lower" else value / (1 + share)


def all_series(runs: Sequence[Run], names: Sequence[str], minimums: Overrides) -> tuple[MetricSeries, ...]:
    """Of each metric that all runs have, that has a better way and is not always 0."""
    found = []
    for name in names:
        known = runs[0].metrics.get(name)
        values = pools(name, runs, [])[0].values
        if known is None or len(values) < len(runs) or not any(values):
            continue
        if (better := better_of(known)) != "none":
            found.append(MetricSeries(name, known.unit, better, minimum(name, known.unit, minimums), values))
    return tuple(found)


def ab_catches(
    series: Sequence[MetricSeries], slowed: str | None, share: float, trials: int, seed: int = 1
) -> Rates:
    """Which share of A/B comparisons finds a regression by 8, 12 and 16 pairs.

    Of the metric `slowed`, of which head is worse by `share`; with None of any, and each is a false alarm.
    """
    dice = Random(seed)
    caught = dict.fromkeys(LOOKS, 0)
    for _ in range(trials):
        base, head = _sides(len(series[0].values), dice)
        found = _ended(series, slowed, share, base, head)
        for look in LOOKS:
            caught[look] += found is not None and found <= look
    return {look: count / trials for look, count in caught.items()}


def head_runs(rounds: int) -> int:
    """How many Runs of so many rounds a verdict wants of head."""
    return max(HEAD_RUNS, -(-HEAD_ROUNDS // rounds))


def gate_catches(
    series: Sequence[MetricSeries], slowed: str | None, share: float, trials: int, heads: int, seed: int = 1
) -> float:
    """Which share of stretches of `heads` Runs is a regression against 8 others; see `ab_catches`."""
    dice = Random(seed)
    runs = len(series[0].values)
    apart = [
        (base, head)
        for base in range(runs - ENOUGH + 1)
        for head in range(runs - heads + 1)
        if head + heads <= base or base + ENOUGH <= head
    ]
    caught = 0
    for _ in range(trials):
        base, head = dice.choice(apart)
        caught += _regressed(series, slowed, share, range(base, base + ENOUGH), range(head, head + heads))
    return caught / trials


def detectable(catches: Callable[[float], float]) -> float | None:
    """The smallest of EFFECTS that is caught in 95 of 100; None if none is. `catches` must not fall."""
    low, high = 0, len(EFFECTS)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if catches(EFFECTS[middle]) >= CAUGHT else (middle + 1, high)
    return EFFECTS[low] if low < len(EFFECTS) else None


def _sides(runs: int, dice: Random) -> tuple[list[int], list[int]]:
    """Which measured runs are base's and head's, pair by pair, as turns would have it."""
    base: list[int] = []
    head: list[int] = []
    start = 0
    for index, order in enumerate(schedule(dice.randrange(2**32))):
        if index % BLOCK == 0:
            start = dice.randrange(runs - _STRETCH + 1)
        first = start + 2 * (index % BLOCK)
        one, other = (first, first + 1) if order[0] == "A" else (first + 1, first)
        base.append(one)
        head.append(other)
    return base, head


def _ended(
    series: Sequence[MetricSeries], slowed: str | None, share: float, base: Sequence[int], head: Sequence[int]
) -> int | None:
    """After how many pairs a regression is found; None if the comparison ends otherwise."""
    for look in LOOKS:
        metrics = [
            Paired(
                one.metric,
                one.unit,
                one.better,
                one.least,
                tuple(one.values[run] for run in base[:look]),
                tuple(_head(one, run, slowed, share) for run in head[:look]),
            )
            for one in series
        ]
        standing = judge(metrics)
        if standing.decision == "go on":
            continue
        worse = {change.metric for change in standing.changes if change.verdict == "regression"}
        return look if (worse if slowed is None else slowed in worse) else None
    return None


def _regressed(
    series: Sequence[MetricSeries], slowed: str | None, share: float, base: Sequence[int], head: Sequence[int]
) -> bool:
    """The rule for stored Runs, as `compare` has it."""
    scales, away, chances = [], [], []
    for one in series:
        there = [one.values[run] for run in base]
        here = [_head(one, run, slowed, share) for run in head]
        scale = Scale.of(one.least, there, here)
        drift = drift_of(one.unit, relative=scale.relative)
        spread = ReferenceDistribution(Draws(scale.values(there), (0.0,) * len(there)), drift)
        rose, fell = spread.p(scale.values(here))
        scales.append(scale)
        away.append(spread.shift(scale.values(here), 0.5).estimate)
        chances.append(rose if one.better == "lower" else fell)
    for one, scale, shift, p in zip(series, scales, away, holm(chances), strict=True):
        bad = p <= ALPHA
        way = Shift(shift, -math.inf, math.inf)
        up = one.better == "lower"
        verdict = scale.verdict(one.better, way, rose=bad and up, fell=bad and not up)
        if verdict == "regression" and slowed in (None, one.metric):
            return True
    return False


def _head(one: MetricSeries, run: int, slowed: str | None, share: float) -> float:
    value = one.values[run]
    return one.worse(value, share) if one.metric == slowed else value
