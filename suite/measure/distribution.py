"""Points of a distribution of times, exact ones or those of a histogram, by one rule."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from suite.contract.metric import QUANTILES

SHOW = 10
"""A percentile q is shown from n(1-q) samples on; below, a single value decides it."""
GATE = 100
"""A threshold on it wants this many."""


class Point(NamedTuple):
    """A value in seconds; `at_least` if it is only a lower bound; `note` says why it is None."""

    value: float | None
    at_least: bool = False
    note: str | None = None


class Distribution(Protocol):
    """What `Histogram` and `Ranked` both are; all times in seconds."""

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
