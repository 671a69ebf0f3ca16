"""An A/B comparison that may stop early: pairs of runs in turns, looked at three times.

Pairs come in blocks of four. Within a block all runs of one side are set against all of the other
(a Mann-Whitney count, added up over blocks; van Elteren 1960), so that a machine that slows down between
blocks does no harm. Blocks are independent, so the joint distribution over the looks is exact, and errors
are spent over them after Lan and DeMets (1983). For a change in Pocock's shape: at 8 pairs a stricter one
would ask for more than any outcome can show. For `same` in that of O'Brien and Fleming, which keeps most
for the last look, where noisy machines need it. Several metrics share the error after Holm, at every look
(Ye, Li, Liu and Yao 2013).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from types import MappingProxyType
from typing import Literal

import numpy as np

from suite.compare.compare import (
    better_of,
    missing,
    quantile_shifts,
    settled,
    side_name,
)
from suite.compare.failing import FAILURES, beside, fails
from suite.compare.minimum import Minimum, Overrides, Scale, minimum
from suite.compare.run_values import RunValues, pools
from suite.errors import ConfigurationError
from suite.records.better import Better
from suite.records.comparison import Change, Comparison, Shift, verdict_of
from suite.records.provenance import provenance_of
from suite.records.reason import Reason
from suite.records.run import Run
from suite.stats.ranks import Values64, between, ways

LOOKS = (8, 12, 16)
"""Pairs at which a verdict may fall."""
BLOCK = 4
ALPHA = 0.01
"""The chance, over all looks and metrics, that noise makes a regression; as much for improvements."""
EQUIVALENCE = 0.05
"""The chance, over all looks, that a change as large as the minimum effect is called `same`."""
MOST_METRICS = 3
_NORMAL = NormalDist()

Decision = Literal["regression", "improvement", "same", "inconclusive", "go on"]
Sides = tuple[Literal["A", "B"], Literal["A", "B"]]


def schedule(seed: int, pairs: int = LOOKS[-1]) -> list[Sides]:
    """Which side runs first in each pair: at random, but in every four pairs each side twice.

    Balance keeps a cost of running first (or second) from looking like a difference of the sides.
    """
    dice = random.Random(seed)
    order: list[Sides] = []
    while len(order) < pairs:
        block: list[Sides] = [("A", "B"), ("B", "A")] * (BLOCK // 2)
        dice.shuffle(block)
        order += block
    return order[:pairs]


@dataclass(frozen=True, slots=True)
class Paired:
    """One metric over all pairs so far, in order; None where a side has no value.

    `at_least`: whether base, and head, has values that are only lower bounds.
    """

    metric: str
    unit: str
    better: Better
    least: Minimum
    base: tuple[float | None, ...]
    head: tuple[float | None, ...]
    at_least: tuple[bool, bool] = (False, False)
    lacking: Reason | None = None

    def kept(self, pairs: int) -> list[tuple[int, float, float]]:
        """(block, base, head) of the first `pairs` pairs that have both values."""
        both = zip(self.base[:pairs], self.head[:pairs], strict=True)
        return [(i // BLOCK, a, b) for i, (a, b) in enumerate(both) if a is not None and b is not None]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known after some pairs: `looked` of them count (the last look that was reached)."""

    looked: int
    decision: Decision
    changes: tuple[Change, ...]


def judge(metrics: Sequence[Paired], alpha: float = ALPHA, failures: Paired | None = None) -> Standing:
    """Decide on all pairs so far; pairs beyond the last look that was reached wait for the next.

    `failures` are judged besides: see `suite.compare.failing`.

    A regression of any metric ends it, and so does a verdict on every metric; after 16 pairs what is
    still open is inconclusive. Raises ConfigurationError for more metrics than three, or one of which
    neither way is better.
    """
    _check(metrics)
    pairs = min(len(one.base) for one in metrics)
    reached = [look for look in LOOKS if look <= pairs]
    if not reached:
        return Standing(0, "go on", ())
    every = [*metrics, *([failures] if failures is not None else [])]
    rose = _found(every, reached, alpha, upward=True)
    fell = _found(every, reached, alpha, upward=False)
    found = [_change(one, reached, i in rose, i in fell) for i, one in enumerate(every)]
    changes = beside(found, [one.metric for one in metrics])
    return Standing(reached[-1], _decision(changes, reached[-1] == LOOKS[-1]), changes)


def judge_runs(
    pairs: Sequence[tuple[Run, Run]],
    metrics: Sequence[str],
    *,
    minimums: Overrides = MappingProxyType({}),
    alpha: float = ALPHA,
) -> tuple[Standing, Comparison]:
    """The same for pairs of Runs (A, B) of one workload, and the whole as a Comparison.

    It has the id and the time of the first Run.

    Repeat a pair of which a Run is invalid; here it would count.
    """
    base, head = [a for a, _ in pairs], [b for _, b in pairs]
    besides = None
    if FAILURES not in metrics and fails(base, head):
        besides = _paired(FAILURES, base, head, minimums)
    standing = judge([_paired(name, base, head, minimums) for name in metrics], alpha, besides)
    shifts = quantile_shifts(base, head)
    comparison = Comparison(
        **{**provenance_of(head[0]), "id": base[0].id, "started": base[0].started},
        base=side_name(base),
        head=side_name(head),
        changes=standing.changes,
        runs=(len(base), len(head)),
        quantiles={"response": shifts} if shifts else {},
    )
    return standing, comparison


def _paired(name: str, base: Sequence[Run], head: Sequence[Run], minimums: Overrides) -> Paired:
    known = next((run.metrics[name] for run in (*head, *base) if name in run.metrics), None)
    unit, better = (known.unit, better_of(known)) if known else ("1", "lower")
    one, other = pools(name, base, head)
    lacking = missing(name, base, head, one, other) if not (one.values and other.values) else None
    least = minimum(name, unit, minimums)
    values = [tuple(_only(name, run) for run in side) for side in (base, head)]
    return Paired(name, unit, better, least, values[0], values[1], (one.at_least, other.at_least), lacking)


def _only(name: str, run: Run) -> float | None:
    values = pools(name, [run], [])[0].values
    return values[0] if values else None


def _check(metrics: Sequence[Paired]) -> None:
    if not 1 <= len(metrics) <= MOST_METRICS:
        raise ConfigurationError(f"name 1 to {MOST_METRICS} metrics to decide on, not {len(metrics)}")
    for one in metrics:
        if one.better == "none":
            raise ConfigurationError(f"{one.metric} can't decide: neither way is better; name another")


def _found(metrics: Sequence[Paired], reached: Sequence[int], alpha: float, *, upward: bool) -> set[int]:
    """Which metrics crossed their boundary at any look; each that did leaves its error to the others."""
    found: set[int] = set()
    for count in range(1, len(reached) + 1):
        again = True
        while again and len(found) < len(metrics):
            level = alpha / (len(metrics) - len(found))
            new = {
                i
                for i, one in enumerate(metrics)
                if i not in found and _crossed(one, reached[:count], level, upward)
            }
            found |= new
            again = bool(new)
    return found


def _crossed(one: Paired, reached: Sequence[int], level: float, upward: bool) -> bool:
    differences, sizes = _differences(one, reached)
    wins = int(np.count_nonzero(differences > 0 if upward else differences < 0))
    return wins >= _boundary(sizes, level, _pocock)


def _differences(one: Paired, reached: Sequence[int]) -> tuple[Values64, tuple[tuple[int, ...], ...]]:
    """Sorted differences head - base within blocks up to the last look, and block sizes look by look."""
    kept = one.kept(reached[-1])
    scale = _scale(one)
    found: list[Values64] = []
    sizes: list[tuple[int, ...]] = []
    start = 0
    for look in reached:
        blocks = [[(a, b) for block, a, b in kept if block == index] for index in range(start, look // BLOCK)]
        for block in (block for block in blocks if block):
            a, b = (scale.values(side) for side in zip(*block, strict=True))
            found.append(np.subtract.outer(b, a).ravel())
        sizes.append(tuple(len(block) for block in blocks if block))
        start = look // BLOCK
    return np.sort(np.concatenate(found)) if found else np.zeros(0), tuple(sizes)


@lru_cache(maxsize=1024)
def _boundary(
    sizes: tuple[tuple[int, ...], ...], level: float, spent: Callable[[float, float], float]
) -> int:
    """The count of wins that decides at the last of these looks; by then, at most `spent` of `level` is.

    Walks through the looks with the distribution of counts that have crossed no boundary yet. More wins
    than there are where no outcome is rare enough.
    """
    going, used, least = np.ones(1), 0.0, 0
    for look, blocks in zip(LOOKS, sizes, strict=False):
        for size in blocks:
            counts = ways(size, size)
            going = np.convolve(going, counts / counts.sum())
        tail = np.cumsum(going[::-1])
        allowed = spent(look / LOOKS[-1], level) - used
        crossing = int(np.count_nonzero(tail <= allowed * (1 + 1e-9)))
        least = len(going) - crossing
        used += float(tail[crossing - 1]) if crossing else 0.0
        going = going.copy()
        going[least:] = 0.0
    return least


def _pocock(part: float, level: float) -> float:
    """What of `level` is spent after this part of all pairs."""
    return level * math.log1p((math.e - 1) * part)


def _obrien_fleming(part: float, level: float) -> float:
    """The same; hardly anything until late."""
    return 2 * _NORMAL.cdf(_NORMAL.inv_cdf(level / 2) / math.sqrt(part))


def _scale(one: Paired) -> Scale:
    """On all pairs, later ones too, so that every look measures alike."""
    kept = one.kept(len(one.base))
    return Scale.of(one.least, [a for _, a, _ in kept], [b for _, _, b in kept])


def _change(one: Paired, reached: Sequence[int], rose: bool, fell: bool) -> Change:
    kept = one.kept(reached[-1])
    if not kept:
        reason = one.lacking or Reason("no_whole_pair")
        return Change(one.metric, one.unit, one.better, None, None, "inconclusive", reason)
    differences, sizes = _differences(one, reached)
    wanted = _boundary(sizes, EQUIVALENCE, _obrien_fleming)
    shift: Shift = between(differences, max(len(differences) - wanted + 1, 0))
    wins = max(np.count_nonzero(differences > 0), np.count_nonzero(differences < 0))
    sides = (
        RunValues(tuple(a for _, a, _ in kept), one.at_least[0]),
        RunValues(tuple(b for _, _, b in kept), one.at_least[1]),
    )
    return settled(one.metric, one.unit, one.better, sides, _scale(one), shift, rose=rose, fell=fell,
                   p=_p(sizes, int(wins)))  # fmt: skip


def _p(sizes: tuple[tuple[int, ...], ...], wins: int) -> float:
    """The chance of so many wins at this look alone."""
    counts = np.ones(1)
    for size in (size for blocks in sizes for size in blocks):
        counts = np.convolve(counts, ways(size, size))
    return float(counts[wins:].sum() / counts.sum())


def _decision(changes: Sequence[Change], last: bool) -> Decision:
    verdict = verdict_of(changes)
    return verdict if verdict != "inconclusive" or last else "go on"
