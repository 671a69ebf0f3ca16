"""Values of given ranks among so many that they are looked at again instead of kept.

Each look tells, of the bucket that a rank fell into, into which part of it; of few values it tells all. So
two looks at most recordings are enough, and what they take does not grow with them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from suite.measure.population import Population
from suite.records.recording import Times

KEPT = 1 << 17
"""Values that are kept in a look, all together."""
_CELLS, _FEWEST, _MOST = 1 << 18, 1 << 8, 1 << 16
"""Parts of all buckets in a look, and of one at least and at most."""
Scan = Callable[[Collection[Hashable]], Iterable[tuple[Hashable, Times]]]
"""Gives all values of these keys at least, so many at a time; the same ones each time."""


@dataclass(slots=True)
class _Range:
    """Values from `low` to `high` of one key: `count` of them, after `below` smaller ones."""

    low: int
    high: int
    below: int
    count: int
    ranks: list[int]
    width: int = 0
    """Of its parts; 0: its values are kept."""
    parts: Times = field(default_factory=lambda: np.zeros(0, np.int64))
    kept: list[Times] = field(default_factory=list)

    def see(self, values: Times) -> None:
        inside = values[(values >= self.low) & (values <= self.high)]
        if not len(inside):
            return
        if self.width:
            self.parts += np.bincount((inside - self.low) // self.width, minlength=len(self.parts))
        else:
            self.kept.append(inside)

    def narrowed(self) -> Iterator[_Range]:
        """Where its ranks are, by what was seen."""
        if self.kept:
            values = np.sort(np.concatenate(self.kept))
            for rank in self.ranks:
                value = int(values[rank - self.below - 1])
                yield _Range(value, value, self.below, self.count, [rank])
            return
        sums = np.cumsum(self.parts)
        by_part: dict[int, list[int]] = {}
        for rank in self.ranks:
            by_part.setdefault(int(np.searchsorted(sums, rank - self.below)), []).append(rank)
        for part, ranks in by_part.items():
            low, here = self.low + part * self.width, int(self.parts[part])
            high = min(low + self.width - 1, self.high)
            yield _Range(low, high, self.below + int(sums[part]) - here, here, ranks)


def order_statistics(
    wanted: Mapping[Hashable, tuple[Population, Iterable[int]]], scan: Scan
) -> dict[Hashable, dict[int, int]]:
    """The value of each rank (1..count) that is `wanted` of a population, by its key."""
    ranges = {key: _ranges(population, ranks) for key, (population, ranks) in wanted.items()}
    found: dict[Hashable, dict[int, int]] = {key: {} for key in wanted}
    while True:
        for key, some in ranges.items():
            found[key] |= {rank: one.low for one in some if one.low == one.high for rank in one.ranks}
        wide = {key: [one for one in some if one.low < one.high] for key, some in ranges.items()}
        wide = {key: some for key, some in wide.items() if some}
        if not wide:
            return found
        _prepare([one for some in wide.values() for one in some])
        for key, values in scan(wide.keys()):
            for one in wide.get(key, ()):
                one.see(values)
        ranges = {key: [part for one in some for part in one.narrowed()] for key, some in wide.items()}


def _ranges(population: Population, ranks: Iterable[int]) -> list[_Range]:
    found: dict[tuple[int, int, int, int], list[int]] = {}
    for rank in ranks:
        found.setdefault(population.around(rank), []).append(rank)
    return [_Range(*where, ranks) for where, ranks in found.items()]


def _prepare(ranges: list[_Range]) -> None:
    """Decide which are kept: the smallest, as far as there is room for them."""
    room = KEPT
    shared: list[_Range] = []
    for one in sorted(ranges, key=lambda one: one.count):
        if one.count <= room:
            room -= one.count
        else:
            shared.append(one)
    for one in shared:
        cells = min(max(_CELLS // len(shared), _FEWEST), _MOST)
        one.width = -(-(one.high - one.low + 1) // cells)
        one.parts = np.zeros(-(-(one.high - one.low + 1) // one.width), np.int64)
