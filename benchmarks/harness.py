"""What Loadledger itself costs."""

from __future__ import annotations

from typing import Any

from benchmarks import Benchmark, Costs, tracked


class NullPlain(Benchmark):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("harness/null-plain")

    track_time_per_operation = tracked("time_per_operation", "seconds")


class NullAsync(Benchmark):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("harness/null-async")

    track_time_per_operation = tracked("time_per_operation", "seconds")


class Clock20000(Benchmark):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("harness/clock-20000")

    track_lateness_p50 = tracked("lateness.p50", "seconds")
    track_lateness_p99 = tracked("lateness.p99", "seconds")
    track_cpu_per_operation = tracked("cpu.per_operation", "seconds")


class Recording(Benchmark):
    def setup_cache(self) -> dict[str, Any]:
        return self.measure("harness/recording")

    track_store = tracked("recording.store", "seconds")
    track_analysis = tracked("recording.analysis", "seconds")


class NullPlainCosts(Costs):
    def setup_cache(self) -> dict[str, Any]:
        return self.count("harness/null-plain")


class NullAsyncCosts(Costs):
    def setup_cache(self) -> dict[str, Any]:
        return self.count("harness/null-async")
