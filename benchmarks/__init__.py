"""asv benchmarks: one file per system, a class per workload. Names only, no logic.

Each class runs its load once, in `setup_cache`: ten short rounds, each with a fresh system, or a search
for leaks. asv tells the loads apart by where `setup_cache` is defined, so every class defines its own.
"""

from __future__ import annotations

from typing import Any

TIMEOUT = 240
"""Seconds after which asv gives up on a load; far above the deadlines inside it."""

_NAN = float("nan")


def measure(name: str) -> dict[str, Any]:
    """The samples of a workload. asv imports this package once per number that it stores: the suite is
    imported only where the load runs."""
    from suite.integrations import asv

    return asv.measure(name)


def search(name: str) -> dict[str, Any]:
    """What a search for leaks of a workload found; empty for commits from before there were searches."""
    from suite.integrations import asv

    return asv.leaks(name) if hasattr(asv, "leaks") else {}


class _Skipping:
    """A load that is skipped where the commit has no such workload."""

    # Explicit: by default a changed comment would drop a benchmark's history.
    version = "1"
    timeout = TIMEOUT

    def setup(self, result: dict[str, Any]) -> None:
        if not result:
            raise NotImplementedError("this commit has no such workload")


class _Load(_Skipping):
    """What every load tracks. Lower is better throughout, as asv takes it."""

    def track_time_per_operation(self, result: dict[str, Any]) -> Any:
        return result.get("time_per_operation", _NAN)

    def track_response_p50(self, result: dict[str, Any]) -> Any:
        return result.get("response.p50", _NAN)

    def track_response_p95(self, result: dict[str, Any]) -> Any:
        return result.get("response.p95", _NAN)

    def track_response_p99(self, result: dict[str, Any]) -> Any:
        return result.get("response.p99", _NAN)

    def track_memory_peak(self, result: dict[str, Any]) -> Any:
        return result.get("memory.peak", _NAN)

    def track_memory_growth_per_operation(self, result: dict[str, Any]) -> Any:
        return result.get("memory.growth_per_operation", _NAN)

    def track_cpu_per_operation(self, result: dict[str, Any]) -> Any:
        return result.get("cpu.per_operation", _NAN)

    def track_failures(self, result: dict[str, Any]) -> Any:
        return result.get("failures", _NAN)

    track_time_per_operation.unit = "seconds"  # type: ignore[attr-defined]
    track_response_p50.unit = "seconds"  # type: ignore[attr-defined]
    track_response_p95.unit = "seconds"  # type: ignore[attr-defined]
    track_response_p99.unit = "seconds"  # type: ignore[attr-defined]
    track_memory_peak.unit = "bytes"  # type: ignore[attr-defined]
    track_memory_growth_per_operation.unit = "bytes"  # type: ignore[attr-defined]
    track_cpu_per_operation.unit = "seconds"  # type: ignore[attr-defined]
    track_failures.unit = "ratio"  # type: ignore[attr-defined]


class _Limited(_Load):
    """A load on a declared limit: accepted beyond it, or short of it."""

    def track_limit_excess(self, result: dict[str, Any]) -> Any:
        return result.get("limit.excess", _NAN)

    def track_limit_shortfall(self, result: dict[str, Any]) -> Any:
        return result.get("limit.shortfall", _NAN)

    track_limit_excess.unit = "1"  # type: ignore[attr-defined]
    track_limit_shortfall.unit = "1"  # type: ignore[attr-defined]


class _Leaks(_Skipping):
    """A search for leaks: one verdict, no rounds."""

    def track_bytes_per_operation(self, result: dict[str, Any]) -> Any:
        return result.get("leak.bytes_per_operation", _NAN)

    track_bytes_per_operation.unit = "bytes"  # type: ignore[attr-defined]
