"""Values that come in pieces, counted in buckets: enough to say between which two one of a rank lies."""

from __future__ import annotations

import numpy as np

from suite.records.buckets import HIGHEST_NS, Counts, indices, lower, upper
from suite.records.histogram import Histogram, HistogramPart
from suite.records.recording import Times

_LARGE = 1 << 46
"""Of values below a sum of a piece fits 64 bits."""


class Population:
    """Values in ns, in any order. `shift` makes buckets coarser, by so many doublings."""

    __slots__ = ("_counts", "_held", "_shift", "count", "high", "low", "total")

    def __init__(self, shift: int = 0) -> None:
        self._shift = shift
        self._counts: Counts = np.zeros(0, np.int64)
        self._held = 0
        self.count = 0
        self.low = self.high = 0
        self.total = 0

    def add(self, values: Times) -> None:
        """Count them; they are a piece of a recording's."""
        if not len(values):
            return
        low, high = int(values.min()), int(values.max())
        self.low = min(self.low, low) if self.count else low
        self.high = max(self.high, high) if self.count else high
        self.count += len(values)
        self.total += int(values.sum()) if max(-low, high) < _LARGE else sum(values.tolist())
        if low < 0 or high > HIGHEST_NS:
            values = np.clip(values, 0, HIGHEST_NS)
        self._held += int(values.sum())
        found = np.bincount(indices(values) >> self._shift)
        if len(found) > len(self._counts):
            found[: len(self._counts)] += self._counts
            self._counts = found
        else:
            self._counts[: len(found)] += found

    def around(self, rank: int) -> tuple[int, int, int, int]:
        """Between which two values (both included) that of `rank` (1..count) is, how many are below these,
        and how many there.
        """
        sums = np.cumsum(self._counts)
        index = int(np.searchsorted(sums, rank))
        first, last = index << self._shift, ((index + 1) << self._shift) - 1
        # What is beyond the outermost buckets was counted in them.
        low = self.low if index == 0 else max(lower(first), self.low)
        high = self.high if index == len(sums) - 1 else upper(last)
        here = int(self._counts[index])
        return low, high, int(sums[index]) - here, here

    def histogram(self) -> HistogramPart:
        """The same for good; of one whose buckets are the histogram's."""
        low, high = (min(max(end, 0), HIGHEST_NS) for end in (self.low, self.high))
        return HistogramPart(self._counts, low, high, self._held)


def histogram(ok: Population, beyond: Population) -> Histogram:
    """Of times of what ended, and of lower bounds."""
    return Histogram(ok.histogram(), beyond.histogram())
