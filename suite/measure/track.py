"""A counter over time, and how much it grew between two moments."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np


class Track:
    """A count that only grows, put together from sums that shrink whenever a process or thread ends.

    With a `limit` it keeps about so many samples at most: of more, every second one is forgotten.
    """

    __slots__ = ("_last", "_limit", "times", "totals")

    def __init__(self, limit: int | None = None) -> None:
        self.times: list[int] = []
        self.totals: list[float] = []
        self._last: float | None = None
        self._limit = limit

    def add(self, now: int, total: float) -> None:
        """Note that the sum is `total` at `now`."""
        grown = 0.0 if self._last is None else max(total - self._last, 0.0)
        self._last = total
        self.times.append(now)
        self.totals.append((self.totals[-1] if self.totals else 0.0) + grown)
        if self._limit is not None and len(self.times) > self._limit:
            del self.times[1:-1:2]
            del self.totals[1:-1:2]

    def forget(self, before: int) -> int:
        """Drop the samples before a time, but for the last one; how many they were."""
        count = max(bisect_left(self.times, before) - 1, 0)
        del self.times[:count]
        del self.totals[:count]
        return count

    def within(self, begin: int, end: int) -> float | None:
        """What came between two times, by interpolation; None without two samples."""
        if len(self.times) < 2:
            return None
        first, last = np.interp([begin, end], self.times, self.totals)
        return float(last - first)
