"""Own metrics: what matching costs beyond what it can't do without."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from suite import Metric
from suite.reference.vision.matcher import HouseholdMatcher

_TRIES = 15


def over_product(system: HouseholdMatcher, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Median service time of a match, over that of the bare product of matrix and vector, timed after it."""
    query = system.gallery.units[0].copy()
    return _over(recording, lambda: system.gallery.units @ query)


def over_read(system: HouseholdMatcher, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Median service time of a match, over that of reading the matrix once, timed after it."""
    return _over(recording, system.gallery.units.max)


def per_embedding(system: HouseholdMatcher, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Memory (B) that reading the household took, for each embedding; None if unreadable."""
    return None if system.held is None else system.held / len(system.gallery)


def load_time(system: HouseholdMatcher, kept: Sequence[Any], recording: Any) -> float:  # noqa: ARG001
    """Seconds from the database to the matrix."""
    return system.load_seconds


def _over(recording: Any, bare: Callable[[], Any]) -> float | None:
    matched = recording.of("match").measured()
    if not len(matched):
        return None
    taken = []
    for _ in range(_TRIES):
        start = time.perf_counter_ns()
        bare()
        taken.append(time.perf_counter_ns() - start)
    return float(np.median(matched.finished - matched.started)) / statistics.median(taken)


OVER_PRODUCT = Metric("match.over_product", "1", "lower", over_product)
OVER_READ = Metric("match.over_read", "1", "lower", over_read)
PER_EMBEDDING = Metric("memory.per_embedding", "B", "lower", per_embedding, combine="max")
LOAD_TIME = Metric("household.load", "s", "lower", load_time)
