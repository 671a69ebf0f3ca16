"""What Loadledger itself costs."""

from __future__ import annotations

from typing import Any

from benchmarks import TIMEOUT as _TIMEOUT
from suite.integrations.asv import measure as _measure

_NAN = float("nan")


class NullPlain:
    version = "1"
    timeout = _TIMEOUT

    def setup_cache(self) -> dict[str, Any]:
        return _measure("harness/null-plain")

    setup_cache.timeout = _TIMEOUT  # type: ignore[attr-defined]

    def setup(self, result: dict[str, Any]) -> None:
        if not result:
            raise NotImplementedError("this commit has no such workload")

    def track_time_per_operation(self, result: dict[str, Any]) -> Any:
        return result.get("time_per_operation", _NAN)

    track_time_per_operation.unit = "seconds"  # type: ignore[attr-defined]
