"""What a pool did in a round, be it an object of the worker or in the process of a system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from suite import Metric
from suite.reference.dicom.checks import figures


def _seen(system: Any) -> Mapping[str, float]:
    """Its figures, by the names that they have in a gateway's counters."""
    pool = getattr(system, "pool", None)
    return figures(system) if pool is None else pool.figures()


def _excess(system: Any, kept: Sequence[Any], recording: Any) -> float:  # noqa: ARG001
    """Connections out at once beyond the limit."""
    seen = _seen(system)
    return max(0.0, seen["db_pool_peak"] - seen["db_pool_size"] - seen["db_pool_max_overflow"])


def _in_use(system: Any, kept: Sequence[Any], recording: Any) -> float:  # noqa: ARG001
    """Most connections that were out at once."""
    return _seen(system)["db_pool_peak"]


def _waits(system: Any, kept: Sequence[Any], recording: Any) -> float:  # noqa: ARG001
    """Checkouts that found no connection free."""
    return _seen(system)["db_pool_waits_total"]


def _wait_time(system: Any, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Seconds that one of these waited on average; None if none did."""
    seen = _seen(system)
    count = seen["db_pool_waits_total"]
    return seen["db_pool_wait_seconds_total"] / count if count else None


POOL_METRICS = (
    Metric("limit.excess", "1", "lower", _excess, combine="max"),
    Metric("pool.in_use", "1", "none", _in_use, combine="max"),
    Metric("pool.waits", "1", "none", _waits, combine="sum"),
    Metric("pool.wait_time", "s", "lower", _wait_time),
)
