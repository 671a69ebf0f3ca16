"""What Loadledger itself costs."""

from __future__ import annotations

from typing import Any

from benchmarks import TIMEOUT as _TIMEOUT
from benchmarks import _Skipping
from benchmarks import measure as _measure

_NAN = float("nan")


class NullPlain(_Skipping):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("harness/null-plain")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]

    def track_time_per_operation(self, result: dict[str, Any]) -> Any:
        return result.get("time_per_operation", _NAN)

    track_time_per_operation.unit = "seconds"  # type: ignore[attr-defined]


class NullAsync(_Skipping):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("harness/null-async")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]

    def track_time_per_operation(self, result: dict[str, Any]) -> Any:
        return result.get("time_per_operation", _NAN)

    track_time_per_operation.unit = "seconds"  # type: ignore[attr-defined]


class Clock20000(_Skipping):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("harness/clock-20000")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]

    def track_lateness_p50(self, result: dict[str, Any]) -> Any:
        return result.get("lateness.p50", _NAN)

    def track_lateness_p99(self, result: dict[str, Any]) -> Any:
        return result.get("lateness.p99", _NAN)

    def track_cpu_per_operation(self, result: dict[str, Any]) -> Any:
        return result.get("cpu.per_operation", _NAN)

    track_lateness_p50.unit = "seconds"  # type: ignore[attr-defined]
    track_lateness_p99.unit = "seconds"  # type: ignore[attr-defined]
    track_cpu_per_operation.unit = "seconds"  # type: ignore[attr-defined]


class Recording(_Skipping):
    def setup_cache(self) -> dict[str, Any]:
        return _measure("harness/recording")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]

    def track_store(self, result: dict[str, Any]) -> Any:
        return result.get("recording.store", _NAN)

    def track_analysis(self, result: dict[str, Any]) -> Any:
        return result.get("recording.analysis", _NAN)

    track_store.unit = "seconds"  # type: ignore[attr-defined]
    track_analysis.unit = "seconds"  # type: ignore[attr-defined]
