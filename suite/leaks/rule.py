"""The window rule: does a counter grow with operations? On plain levels: no process, no clock here.

`levels` are one counter at marks: one before the first window and one after each. `operations` are those
of one window. All windows of one call are of one length.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from suite.records.leak import Counter

LEAST = 4
"""So many windows are needed to tell growth from chance."""
_FLAT = 3
"""So many flat windows end a warm-up."""


@dataclass(frozen=True, slots=True)
class Floor:
    """Growth that is not worth a word: in units of the counter, of one operation and of all windows."""

    per_operation: float
    total: float

    def shared(self, processes: int) -> Floor:
        """The floor of each one where `processes` of them share the operations."""
        return Floor(self.per_operation / processes, self.total)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Growth that goes on, until longer windows decide: the mean of one operation and that of all."""

    per_operation: float
    total: float


_THINGS: Mapping[Counter, Floor] = dict.fromkeys(("descriptors", "sockets", "threads"), Floor(0.01, 8))
FLOORS: Mapping[Counter, Floor] = MappingProxyType(
    {"blocks": Floor(0.05, 16), "malloc": Floor(8, 2_000), "resident": Floor(32, 64_000), **_THINGS}
)
# Nobody can ask such a process to collect its garbage or to give back what it freed, and its allocator
# takes memory in large pieces (glibc extends a heap by 128 kB): two of those are an accident.
COARSE: Mapping[Counter, Floor] = MappingProxyType({"resident": Floor(128, 256_000), **_THINGS})


def settled(levels: Sequence[float], operations: int, floor: Floor) -> bool:
    """Whether the warm-up is over: the last windows are flat, or what jitters makes no new high."""
    step = max(floor.per_operation * operations, floor.total / 8)
    last = _deltas(levels)[-_FLAT:]
    if len(last) == _FLAT and all(abs(delta) <= step for delta in last):
        return True
    return len(levels) > 2 * _FLAT and max(levels[-_FLAT:]) <= max(levels[:-_FLAT]) + step


def suspicion(levels: Sequence[float], operations: int, floor: Floor) -> Suspicion | None:
    """Growth in at least 7 of 8 windows that does not slow down and passes the floor, else None."""
    deltas = _deltas(levels)
    if len(deltas) < LEAST or _missing(deltas, operations, floor) > 0:
        return None
    total = sum(deltas)
    return Suspicion(total / (len(deltas) * operations), total)


def confirms(levels: Sequence[float], operations: int, floor: Floor, first: Suspicion) -> bool:
    """Whether longer windows bear out the `first` suspicion: all rise, not much slower than before.

    What became slower and still does is about to end.
    """
    deltas = _deltas(levels)
    if not deltas or min(deltas) <= 0 or sum(deltas) < floor.total:
        return False
    expected = first.per_operation * operations
    mean = sum(deltas) / len(deltas)
    if mean < 0.85 * expected and _late(deltas) < 0.8 * _early(deltas):
        return False
    return mean >= 0.5 * expected and deltas[-1] >= 0.4 * expected


def scattered(levels: Sequence[float], operations: int, floor: Floor) -> bool:
    """Whether there is growth that was not given back, too irregular to suspect: look for longer.

    It passes the floor, in all and per operation, and three times what fell in between: jitter about one
    level falls as it rises, and by chance does that in fewer than 1 of 1,000 looks.
    """
    deltas = _deltas(levels)
    net = sum(deltas)
    least = max(floor.total, floor.per_operation * operations * len(deltas))
    fallen = -sum(delta for delta in deltas if delta < 0)
    return net >= least and net > 3 * fallen and suspicion(levels, operations, floor) is None


def slowing(levels: Sequence[float]) -> bool:
    """Whether the late half grew much less than the early one."""
    deltas = _deltas(levels)
    return _late(deltas) < 0.4 * _early(deltas)


def detectable(levels: Sequence[float], operations: int, floor: Floor) -> float:
    """The smallest steady growth of an operation that the rule notices over the noise of these `levels`.

    The noise is what is left of the windows without their mean, and the same upside down, for chance
    could have had it so, or put the worst of it last. Growth of the levels themselves is no noise; a fall
    has to be made up for. Infinite for fewer windows than the rule needs.
    """
    deltas = _deltas(levels)
    if len(deltas) < LEAST:
        return math.inf
    mean = statistics.fmean(deltas)
    noise = [delta - mean for delta in deltas]
    needed = max(
        _missing(noise, operations, floor),
        _missing([-delta for delta in noise], operations, floor),
        *map(abs, noise),
    )
    return (needed + max(-mean, 0.0)) / operations


def _missing(deltas: Sequence[float], operations: int, floor: Floor) -> float:
    """What each window would have to grow more for a suspicion; 0 or less if there is one."""
    count = len(deltas)
    falls = count - math.ceil(count * 7 / 8)  # so many windows need not rise
    lowest = min(sorted(deltas)[falls], *deltas[-2:])
    return max(
        math.nextafter(0.0, 1.0) - lowest,
        (0.5 * _early(deltas) - _late(deltas)) / (0.5 * (count // 2)),
        floor.per_operation * operations - statistics.median(deltas),
        (floor.total - sum(deltas)) / count,
    )


def _deltas(levels: Sequence[float]) -> list[float]:
    return [after - before for before, after in pairwise(levels)]


def _early(deltas: Sequence[float]) -> float:
    return sum(deltas[: len(deltas) // 2])


def _late(deltas: Sequence[float]) -> float:
    return sum(deltas[len(deltas) - len(deltas) // 2 :])
