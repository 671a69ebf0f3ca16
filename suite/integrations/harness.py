"""What we cost ourselves, as workloads like any other: a null component, and the recording.

A change to the engine that makes measuring dearer shows here, tracked like a system's slow-down.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from suite import Component, Metric, Threshold, User, Workload, closed_loop, open_loop, operation
from suite.measure.column_file import ColumnFile
from suite.measure.recording import from_files
from suite.measure.resources import Resources
from suite.measure.statistics import measure_round

_STORES = 200_000


class Null:
    """Does nothing, so that all that is measured is ours."""


class Engine(Component):
    """An object of which all that an operation costs is the engine's."""

    of_engine = True


class Plain(User):
    """Runs without an event loop in between."""

    @operation
    def nothing(self) -> None:
        """Return at once."""


class Async(User):
    """Runs as a coroutine on the loop."""

    @operation
    async def nothing(self) -> None:
        """Return at once."""


class Bench:
    """The two measured parts of the recording, repeated on demand."""

    def __init__(self, samples: int) -> None:
        self.samples = samples
        self.file = ColumnFile.create(_STORES)

    def close(self) -> None:
        """Give the columns back."""
        self.file.close()

    def store_cost(self) -> float:
        """Seconds that the two stores of an `ok` operation cost above both clock reads: the least of
        several passes, since noise only ever adds."""
        (columns,) = self.file
        clock, started, finished = time.monotonic_ns, columns.started, columns.finished
        rows = range(_STORES)

        def stores() -> int:
            begun = clock()
            for row in rows:
                started[row] = clock()
                finished[row] = clock()
            return clock() - begun

        def clocks() -> int:
            begun = clock()
            for _row in rows:
                clock()
                clock()
            return clock() - begun

        return max(0.0, (min(stores() for _ in range(5)) - min(clocks() for _ in range(5))) / _STORES / 1e9)

    def analysis_time(self) -> float:
        """Seconds from raw columns to metrics of `samples` operations."""
        file = ColumnFile.create(self.samples, rows=self.samples)
        (columns,) = file
        try:
            gaps = np.random.default_rng(1).lognormal(12, 1, self.samples).astype(np.int64) + 1
            started = np.frombuffer(columns.started, np.int64)
            started[:] = np.arange(self.samples) * 1_000 + 1
            np.frombuffer(columns.finished, np.int64)[:] = started + gaps
            end = int(started[-1])
            del started
            begun = time.perf_counter()
            recording = from_files([file], ["nothing"], by_loop=[True], planned=[0], begin=1, end=end)
            measure_round(recording, loop=closed_loop(1, seconds=1), resources=Resources(), own={})
            return time.perf_counter() - begun
        finally:
            file.close()


class Observer(User):
    """Measures the recording, one pass per operation."""

    bench: Bench

    def connect(self, system: Any) -> None:
        """Keep the bench."""
        self.bench = system

    @operation
    def store(self) -> None:
        """One pass over the stores."""
        self.keep(self.bench.store_cost())


def _least(system: Any, kept: Any, recording: Any) -> float | None:  # noqa: ARG001
    return min(kept, default=None)


def _analysis(system: Any, kept: Any, recording: Any) -> float:  # noqa: ARG001
    return float(system.analysis_time())


_BRIEF = closed_loop(1, seconds=0.5, warmup=0.1)


def _nothing(kind: str, user: type[User], article: str) -> Workload:
    return Workload(
        f"harness/null-{kind}",
        Engine(Null),
        user,
        loop=closed_loop(1, seconds=2, warmup=0.2),
        quick=_BRIEF,
        description=f"what the engine adds to {article} {kind} operation",
    )


plain = _nothing("plain", Plain, "a")
coroutine = _nothing("async", Async, "an")
clock = Workload(
    "harness/clock-20000",
    Component(Null),
    Async,
    loop=open_loop(20_000, 2, arrivals="poisson", warmup=0.2),
    quick=open_loop(20_000, 1, arrivals="poisson", warmup=0.2),
    thresholds=[
        Threshold("lateness.p50", target="30us"),
        Threshold("lateness.p99", target="60us"),
        Threshold("cpu.per_operation", target="25us"),
    ],
    description="how punctually 20,000 Poisson starts a second are kept, and what that costs",
)
recording = Workload(
    "harness/recording",
    Component(Bench, samples=10_000_000),
    Observer,
    loop=closed_loop(1, operations=5),
    quick=closed_loop(1, operations=1),
    thresholds=[
        Threshold("recording.store", target="60ns"),
        Threshold("recording.analysis", target="2s"),
    ],
    metrics=[
        Metric("recording.store", "s", "lower", _least, "min"),
        Metric("recording.analysis", "s", "lower", _analysis, "min"),
    ],
    description="two stores of an ok operation; raw columns to metrics for 10 million operations",
)
