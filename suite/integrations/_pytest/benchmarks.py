"""Loads in pytest-benchmark's tables and documents."""

from __future__ import annotations

import math
from typing import Any

from suite.formats.pytest_benchmark import statistics_of
from suite.records.run import Run

_SHORT = {"p95": "response.p95", "p99": "response.p99"}


def tell(benchmark: Any, run: Run) -> None:
    """Make `run` what the `benchmark` fixture measured: its rounds are operations, extra_info has metrics."""
    from pytest_benchmark.stats import Stats

    found = {
        name: one.value for name, one in run.metrics.items() if one.value is not None and not one.at_least
    }
    finite = {name: value for name, value in found.items() if math.isfinite(value)}
    short = {name: finite[metric] for name, metric in _SHORT.items() if metric in finite}
    benchmark.extra_info.update(short, **finite, run=run.id, workload=run.workload)
    benchmark.pedantic(int)  # it is used now, and has what stands below in place of this
    figures = statistics_of(run)
    if benchmark.stats is not None and figures is not None:
        kind = type("LoadStats", (Stats,), {**figures, "__bool__": lambda _: True})
        benchmark.stats.stats = kind()
