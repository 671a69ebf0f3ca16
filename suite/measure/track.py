"""A counter over time, and how much it grew between two moments."""

from __future__ import annotations

import numpy as np

from suite.measure.samples import Samples


class Track(Samples):
    """A count that only grows, put together from sums that shrink whenever a process or thread ends."""

    __slots__ = ("_last",)

    _last: float | None

    def __init__(self, *most: int) -> None:
        super().__init__(*most)
        self._last = None

    def add(self, now: int, value: float) -> None:
        """Note that the sum is `value` at `now`."""
        grown = 0.0 if self._last is None else max(value - self._last, 0.0)
        self._last = value
        super().add(now, (self.values[-1] if self.values else 0.0) + grown)

    def within(self, begin: int, end: int) -> float | None:
        """What came between two times, by interpolation; None without two samples."""
        if len(self.times) < 2:
            return None
        first, last = np.interp([begin, end], self.times, self.values)
        return float(last - first)
