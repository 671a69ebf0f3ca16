"""Numbers of users, given out by the master to workers on several machines."""

from __future__ import annotations

Range = tuple[int, int]
"""The first number, and how many."""


class Numbers:
    """0, 1, 2, ... without gap or repeat, up to `most`; those of a worker that is lost come first again."""

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._next = 0
        self._free: list[Range] = []
        self._given: dict[str, list[Range]] = {}

    def give(self, worker: str, count: int) -> list[Range]:
        """So many for `worker`, or what there is."""
        ranges: list[Range] = []
        while count and self._free:
            first, there = self._free.pop(0)
            taken = min(count, there)
            ranges.append((first, taken))
            count -= taken
            if there > taken:
                self._free.insert(0, (first + taken, there - taken))
        if self._most is not None:
            count = min(count, self._most - self._next)
        if count:
            ranges.append((self._next, count))
            self._next += count
        self._given.setdefault(worker, []).extend(ranges)
        return ranges

    def lost(self, worker: str) -> None:
        """Who had them has no users any more."""
        self._free = sorted([*self._free, *self._given.pop(worker, [])])
