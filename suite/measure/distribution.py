"""Points of a distribution of times: exact from raw values, or from a histogram, by one rule."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np

from suite.contract.metric import QUANTILES
from suite.records.histogram import Histogram, rank
from suite.records.recording import Times

SHOW = 10
"""A percentile q is shown from n(1-q) samples on; below, a single value decides it."""
GATE = 100
"""A threshold on it wants this many."""
_NONE: Times = np.zeros(0, np.int64)


class Point(NamedTuple):
    """A value in seconds; `at_least` if it is only a lower bound; `note` says why it is None."""

    value: float | None
    at_least: bool = False
    note: str | None = None


class Distribution(Protocol):
    """What `Histogram` and `Exact` both are; all times in seconds."""

    @property
    def count(self) -> int: ...
    @property
    def beyond_count(self) -> int: ...
    @property
    def mean(self) -> float | None: ...
    @property
    def min(self) -> float | None: ...
    @property
    def max(self) -> float | None: ...
    def percentile(self, quantile: float) -> tuple[float | None, bool]: ...


class Exact:
    """Raw times in ns: of what ended (`ok`), and lower bounds (`beyond`). Ranks as `Histogram` does."""

    def __init__(self, ok: Times, beyond: Times = _NONE) -> None:
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


def samples_wanted(quantile: float, beyond: int) -> int:
    """Samples needed so that `beyond` of them lie above `quantile`."""
    return math.ceil(beyond / (1 - quantile) - 1e-6)


def points(kind: str, source: Distribution) -> Iterator[tuple[str, Point]]:
    """The metrics of `kind` (response, service): min, mean, percentiles, max, each with its name."""
    if not source.count:
        why = "no samples"
    elif source.count == source.beyond_count:
        why = "no operation was ok"
    else:
        why = None
    yield f"{kind}.min", Point(source.min, note=why)
    yield f"{kind}.mean", Point(source.mean, note=why)
    for name, quantile in QUANTILES.items():
        yield f"{kind}.{name}", percentile(source, quantile)
    yield f"{kind}.max", Point(source.max, source.beyond_count > 0, None if source.count else why)


def percentile(source: Distribution, quantile: float) -> Point:
    """One percentile, None with a note if there are too few samples to show it."""
    wanted = samples_wanted(quantile, SHOW)
    if source.count < wanted:
        return Point(None, note=f"needs {wanted:,} samples, has {source.count:,}")
    value, at_least = source.percentile(quantile)
    return Point(value, at_least)
