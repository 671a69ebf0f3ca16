"""What is measured: name, base unit, which way is better, how rounds combine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from suite.errors import ConfigurationError
from suite.records.better import Better

Combine = Literal["merged", "max", "min", "median", "sum"]
_COMBINE = ("merged", "max", "min", "median", "sum")

QUANTILES = {"p50": 0.50, "p90": 0.90, "p95": 0.95, "p99": 0.99, "p999": 0.999}


@dataclass(frozen=True, slots=True)
class Metric:
    """A measured quantity.

    `read(system, kept, recording)` gives the value of one round of a workload's own metric, in the
    base unit; it runs where checks run. `combine` says how rounds make a Run's value: `merged`
    (from merged histograms and summed counts; ours only), or `max`, `min`, `median`, `sum` of rounds.

    Two kinds of own metrics are evidence too: `served`, operations that the system itself counted, can't
    be below what was answered; `pool.waits` and others under `pool.` tell a pool that holds it back.
    """

    name: str
    unit: str = "1"
    better: Better = "lower"
    read: Callable[[Any, Any, Any], float | None] | None = None
    combine: Combine = "median"

    def __post_init__(self) -> None:
        if self.better not in ("lower", "higher", "none"):
            raise ConfigurationError(f"metric {self.name!r}: better must be 'lower', 'higher' or 'none'")
        if self.combine not in _COMBINE or (self.read is not None and self.combine == "merged"):
            raise ConfigurationError(f"metric {self.name!r}: combine must be 'max', 'min', 'median' or 'sum'")


GC_COUNTS = ("collections", "freed")
"""What is counted for each of the three generations of Python's garbage collector."""


def _standard() -> dict[str, Metric]:
    metrics = [
        Metric(f"{kind}.{point}", "s", "lower", combine="merged")
        for kind in ("response", "service", "first", "gap")
        for point in ("min", "mean", *QUANTILES, "max")
    ]
    metrics += [
        Metric("throughput", "1/s", "higher", combine="merged"),
        Metric("offered", "1/s", "none", combine="merged"),
        Metric("time_per_operation", "s", "lower", combine="merged"),
        Metric("failures", "ratio", "lower", combine="merged"),
        Metric("rejected", "ratio", "none", combine="merged"),
        Metric("dropped", "ratio", "lower", combine="merged"),
        Metric("good", "ratio", "higher", combine="merged"),
        Metric("retry.amplification", "1", "lower", combine="merged"),
        Metric("limit.excess", "1", "lower", combine="max"),
        Metric("limit.shortfall", "1", "lower", combine="max"),
        Metric("lateness.p50", "s", "lower", combine="merged"),
        Metric("lateness.p99", "s", "lower", combine="merged"),
        Metric("memory.idle", "B", "lower", combine="max"),
        Metric("memory.peak", "B", "lower", combine="max"),
        Metric("memory.after", "B", "lower", combine="max"),
        Metric("memory.growth", "B", "lower", combine="max"),
        Metric("memory.growth_per_operation", "B", "lower", combine="max"),
        Metric("memory.lasting_growth", "B", "lower", combine="max"),
        Metric("cpu.per_operation", "s", "lower", combine="merged"),
        Metric("cpu.utilization", "ratio", "none", combine="median"),
        Metric("generator.cpu_per_operation", "s", "lower", combine="merged"),
        Metric("gc.pause.max", "s", "lower", combine="max"),
        Metric("gc.pause.per_operation", "s", "lower", combine="merged"),
        Metric("gc.uncollectable", "1", "lower", combine="sum"),
        *(Metric(f"gc.{what}.{n}", "1", "none", combine="sum") for what in GC_COUNTS for n in range(3)),
    ]
    return {metric.name: metric for metric in metrics}


STANDARD: dict[str, Metric] = _standard()
"""The metrics that a workload can have, by name. Per operation they are called `name@operation`."""


OF_SERVICES: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("postgres.connections", "1", "none", combine="max"),
        Metric("postgres.transactions", "1", "none", combine="sum"),
        Metric("postgres.cache_hits", "ratio", "none"),
        Metric("postgres.statements", "1", "none", combine="max"),
        Metric("postgres.calls", "1", "none", combine="sum"),
        Metric("postgres.seconds", "s", "none", combine="sum"),
        Metric("redis.commands", "1", "none", combine="sum"),
        Metric("redis.memory", "B", "lower", combine="max"),
    )
}
"""What services tell of themselves, called `name@helper`: over the round, or at its end."""


OF_FAULTS: dict[str, Metric] = {
    name: Metric(name, "s", "lower", combine="max")
    for name in ("recovery.detection", "recovery.time", "recovery.service")
}
"""What a workload with faults measures, of the worst of them."""


def find(name: str, own: tuple[Metric, ...] = ()) -> Metric | None:
    """The metric called `name` among `own` and the standard ones; an `@operation` suffix is ignored."""
    base = name.partition("@")[0]
    ours = {**STANDARD, **OF_SERVICES, **OF_FAULTS}
    return next((metric for metric in own if metric.name == base), ours.get(base))
