"""Two sets of profiles set against each other: which functions cost more than before, beyond the noise."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

SURE = 4.6
"""Standard errors from which a change counts: Student's t for 99 %, three repeats of each side."""
LEAST = 0.01
"""Share of all that base costs, below which a change is nobody's cause."""
_ALL = 0.95
"""Share of all costs from which a function on both sides is where everything is called from."""


class Function(NamedTuple):
    """A function by its name and file, the latter without what belongs to a machine."""

    name: str
    file: str


Stack = tuple[Function, ...]
"""Callers first."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What each stack cost in one repeat: CPU seconds per operation, or bytes. `grain` is one sample's."""

    costs: Mapping[Stack, float]
    grain: float = 0.0


class Cost(NamedTuple):
    """Means of base and head, and the standard error of their difference."""

    before: float
    after: float
    error: float

    @property
    def change(self) -> float:
        """Head less base."""
        return self.after - self.before

    def counts(self, least: float) -> bool:
        """Whether the change is larger than the noise, and than `least`."""
        return abs(self.change) > max(SURE * self.error, least)


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One function: what it cost itself, and with all that it called."""

    function: Function
    own: Cost
    total: Cost


@dataclass(frozen=True, slots=True)
class Difference:
    """`rows` are functions whose change counts, likeliest causes first; `whole` is all stacks together.

    `before` and `after` are mean costs by stack.
    """

    whole: Cost
    rows: tuple[ProfileRow, ...]
    before: Mapping[Stack, float]
    after: Mapping[Stack, float]

    @property
    def slower(self) -> bool:
        """Whether a function costs more itself: it would come first."""
        return bool(self.rows) and _rank(self.rows[0], LEAST * self.whole.before)[0] == 0


def difference(base: Sequence[Profile], head: Sequence[Profile]) -> Difference:
    """What changed from the repeats of `base` to those of `head`, at least one each.

    First come functions that changed in what they cost themselves, by size, those that cost more before
    those that cost less; then those that changed only in what they called, without those that call
    everything. The error is the larger of what the repeats show, pooled over the sides, and what counting
    samples has (Poisson).
    """
    sides = (base, head)
    own = [[_own(profile.costs) for profile in side] for side in sides]
    total = [[_total(profile.costs) for profile in side] for side in sides]
    grains = [[profile.grain for profile in side] for side in sides]
    wholes = [[sum(profile.costs.values()) for profile in side] for side in sides]
    whole = _cost(wholes, grains)
    least = LEAST * whole.before
    rows = []
    for function in {function for side in total for repeat in side for function in repeat}:
        row = ProfileRow(
            function,
            _cost([[repeat.get(function, 0.0) for repeat in side] for side in own], grains),
            _cost([[repeat.get(function, 0.0) for repeat in side] for side in total], grains),
        )
        if row.own.counts(least) or (row.total.counts(least) and not _calls_all(row.total, whole)):
            rows.append(row)
    rows.sort(key=lambda row: (*_rank(row, least), row.function))
    means = [_mean([profile.costs for profile in side]) for side in sides]
    return Difference(whole, tuple(rows), means[0], means[1])


def _calls_all(total: Cost, whole: Cost) -> bool:
    return total.before >= _ALL * whole.before and total.after >= _ALL * whole.after


def _rank(row: ProfileRow, least: float) -> tuple[int, float]:
    if row.own.counts(least):
        return (0 if row.own.change > 0 else 1), -abs(row.own.change)
    return (2 if row.total.change > 0 else 3), -abs(row.total.change)


def _cost(sides: Sequence[Sequence[float]], grains: Sequence[Sequence[float]]) -> Cost:
    means = [sum(values) / len(values) for values in sides]
    squares = sum((x - mean) ** 2 for values, mean in zip(sides, means, strict=True) for x in values)
    degrees = sum(len(values) - 1 for values in sides)
    spread = squares / degrees * sum(1 / len(values) for values in sides) if degrees else 0.0
    counted = sum(
        sum(max(x, grain) * grain for x, grain in zip(values, own, strict=True)) / len(values) ** 2
        for values, own in zip(sides, grains, strict=True)
    )
    return Cost(means[0], means[1], math.sqrt(max(spread, counted)))


def _own(costs: Mapping[Stack, float]) -> dict[Function, float]:
    return _summed((stack[-1:], cost) for stack, cost in costs.items())


def _total(costs: Mapping[Stack, float]) -> dict[Function, float]:
    # A function that calls itself is in its stack more than once, and counts once.
    return _summed((dict.fromkeys(stack), cost) for stack, cost in costs.items())


def _summed(shares: Iterable[tuple[Iterable[Function], float]]) -> dict[Function, float]:
    found: dict[Function, float] = {}
    for functions, cost in shares:
        for function in functions:
            found[function] = found.get(function, 0.0) + cost
    return found


def _mean(repeats: Sequence[Mapping[Stack, float]]) -> dict[Stack, float]:
    found: dict[Stack, float] = {}
    for costs in repeats:
        for stack, cost in costs.items():
            found[stack] = found.get(stack, 0.0) + cost / len(repeats)
    return found
