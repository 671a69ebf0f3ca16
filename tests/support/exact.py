"""Distributions of times that are there at once, sorted: what those that come in pieces must come to."""

from __future__ import annotations

import numpy as np

from suite.records.histogram import Histogram, rank

_NONE = np.zeros(0, np.int64)


class Exact:
    """Raw times in ns: of what ended (`ok`), and lower bounds (`beyond`). Ranks as `Histogram` does."""

    def __init__(self, ok, beyond=_NONE) -> None:
        self._ok = np.sort(ok)
        self._beyond = np.sort(beyond)
        if len(ok):
            self._beyond = np.maximum(self._beyond, self._ok[-1])

    @property
    def count(self) -> int:
        """How many values there are, lower bounds included."""
        return len(self._ok) + len(self._beyond)

    @property
    def beyond_count(self) -> int:
        """How many of them are lower bounds."""
        return len(self._beyond)

    @property
    def mean(self) -> float | None:
        """Mean of the ok values."""
        return float(self._ok.mean()) / 1e9 if len(self._ok) else None

    @property
    def min(self) -> float | None:
        """Smallest ok value."""
        return float(self._ok[0]) / 1e9 if len(self._ok) else None

    @property
    def max(self) -> float | None:
        """Largest value, lower bounds included."""
        last = self._beyond if len(self._beyond) else self._ok
        return float(last[-1]) / 1e9 if len(last) else None

    def percentile(self, quantile: float) -> tuple[float | None, bool]:
        """Seconds at `quantile` (0..1) by nearest rank, and whether it is only a lower bound."""
        if not self.count:
            return None, False
        place = rank(quantile, self.count) - 1
        if place < len(self._ok):
            return float(self._ok[place]) / 1e9, False
        return float(self._beyond[place - len(self._ok)]) / 1e9, True

    def histogram(self) -> Histogram:
        """The same as mergeable counts."""
        return Histogram.of(self._ok, self._beyond)
