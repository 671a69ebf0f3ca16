"""Metrics of the way to the property management system."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from suite import Metric
from suite.reference.hotel.pms.looking import breaker_state
from suite.reference.hotel.pms.told import PmsTold


def hit_ratio(system: Any, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Reads that the cache answered."""
    told = PmsTold.of(system)
    hits, misses = told.sum("pms_cache_hits_total"), told.sum("pms_cache_misses_total")
    return hits / (hits + misses) if hits + misses else None


def attempts_each(system: Any, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Attempts for each request that the PMS was asked."""
    told = PmsTold.of(system)
    requests = told.sum("pms_requests_total")
    return told.sum("pms_attempts_total") / requests if requests else None


def breaker_open(system: Any, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Seconds from when the breaker of the first server opened until it had closed again, all in all."""
    changes = breaker_state(system, recording)["changes"]
    since, seconds = None, 0.0
    for change in changes:
        if change["to"] == "closed" and since is not None:
            seconds, since = seconds + change["at"] - since, None
        elif since is None:
            since = change["at"]
    return seconds


PMS_METRICS = (
    Metric("pms.hit_ratio", "ratio", "higher", hit_ratio),
    Metric("pms.attempts", "1", "lower", attempts_each),
    Metric("pms.breaker_open", "s", "lower", breaker_open, combine="max"),
)
