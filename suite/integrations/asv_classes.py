"""Base classes of asv benchmarks: a load, a load on a limit, a search for leaks, a bill.

asv runs today's benchmarks against older commits: nothing here but `measure`, `search` and `count` touches
the suite.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

TIMEOUT = 240
"""Seconds after which asv gives up on a load; far above the deadlines inside it."""
NAN = float("nan")

Result = dict[str, Any]


def tracked(metric: str, unit: str) -> Callable[[Any, Result], Any]:
    """A method `track_*` that gives asv `metric`, in `unit` ("seconds", "bytes", "ratio" or "1")."""

    def track(self: object, result: Result) -> Any:  # noqa: ARG001 - as asv calls it
        found = result.get(metric, NAN)
        if isinstance(found, dict) and "why" in found:  # for `asv run --show-stderr`
            found = dict(found)
            sys.stderr.write(f"suite: note: {found.pop('why')}\n")
        return found

    track.unit = unit  # type: ignore[attr-defined]
    # What asv shows as the code, and where our pages read which metric it is.
    track.pretty_source = f'def track_this(self, result):\n    return result.get("{metric}")\n'  # type: ignore[attr-defined]
    return track


class Benchmark(ABC):
    """What is measured once, by `setup_cache`, for all that the class tracks.

    asv tells measurements apart by where `setup_cache` is defined, so every class defines its own, one line:
    `def setup_cache(self): return self.measure("shop/browse")`. A class is skipped on commits that have no
    such workload. asv takes lower for better throughout: track times, not rates.
    """

    # Explicit: by default a changed comment would drop a benchmark's history.
    version = "1"
    timeout = TIMEOUT

    def __init_subclass__(cls) -> None:
        if "setup_cache" in vars(cls):
            cls.setup_cache.timeout = cls.timeout  # type: ignore[attr-defined]

    @abstractmethod
    def setup_cache(self) -> Result:
        """What `measure`, `search` or `count` returns."""

    def setup(self, result: Result) -> None:
        """Skip what the commit does not have."""
        if not result:
            raise NotImplementedError("this commit has no such workload")

    def measure(self, name: str) -> Result:
        """Samples by metric of ten short rounds; of an installed workload, or `load_shop.py::shop/browse`."""
        from suite.integrations import asv

        return asv.measure(name)

    def search(self, name: str) -> Result:
        """What a search for leaks of a workload found; empty for commits from before there were any."""
        from suite.integrations import asv

        return asv.leaks(name) if hasattr(asv, "leaks") else {}

    def count(self, name: str) -> Result:
        """What an operation of a workload costs; empty for commits from before that could be counted."""
        from suite.integrations import asv

        return asv.costs(name) if hasattr(asv, "costs") else {}


class Load(Benchmark):
    """What every load tracks."""

    track_time_per_operation = tracked("time_per_operation", "seconds")
    track_response_p50 = tracked("response.p50", "seconds")
    track_response_p95 = tracked("response.p95", "seconds")
    track_response_p99 = tracked("response.p99", "seconds")
    track_memory_peak = tracked("memory.peak", "bytes")
    track_memory_growth_per_operation = tracked("memory.growth_per_operation", "bytes")
    track_cpu_per_operation = tracked("cpu.per_operation", "seconds")
    track_failures = tracked("failures", "ratio")


class Limited(Load):
    """A load on a declared limit: accepted beyond it, or short of it."""

    track_limit_excess = tracked("limit.excess", "1")
    track_limit_shortfall = tracked("limit.shortfall", "1")


class Leaks(Benchmark):
    """A search for leaks: one verdict, no rounds. Its `setup_cache` returns `self.search("shop/browse")`."""

    track_bytes_per_operation = tracked("leak.bytes_per_operation", "bytes")


class Costs(Benchmark):
    """What an operation takes, counted: the machine may be busy.

    Its `setup_cache` returns `self.count("shop/browse")`. What can't be counted is nan: instructions without
    valgrind, for example.
    """

    timeout = 4 * TIMEOUT  # the machine may be busy
    track_cost_instructions = tracked("cost.instructions", "1")
    track_cost_system_calls = tracked("cost.system_calls", "1")
    track_cost_calls = tracked("cost.calls", "1")
    track_cost_allocations = tracked("cost.allocations", "1")
    track_cost_statements = tracked("cost.statements", "1")
