"""pytest-benchmark's JSON as Runs, and Runs as its JSON (its format as of pytest-benchmark 5)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from statistics import fmean, stdev
from typing import Any

from suite.contract.metric import STANDARD, Metric
from suite.errors import StoreError
from suite.formats.imported import DAMAGE, imported_run
from suite.process.redaction import redacted
from suite.records.run import Measured, Run

_FROM_STATS = {
    "service.min": "min", "service.mean": "mean", "service.p50": "median", "service.max": "max",
    "time_per_operation": "mean", "throughput": "ops",
}  # fmt: skip
_QUANTILES = [(at + 0.5) / 200 for at in range(200)]
_FORMAT = "5.0.0"
_NONE = ("", "unversioned", "(unknown)", "(detached head)", "(error)")
_OURS = "loadledger"
"""A key that tells our reports from others."""


def is_pytest_benchmark(data: Mapping[str, Any]) -> bool:
    """Whether this is a report of pytest-benchmark."""
    return isinstance(data.get("benchmarks"), list) and {"machine_info", "commit_info"} <= set(data)


def runs_of_pytest_benchmark(data: Mapping[str, Any]) -> list[Run]:
    """A Run for each benchmark, named as the test is. Raises StoreError if the report is damaged."""
    try:
        return list(_runs(data))
    except DAMAGE as error:
        raise StoreError(
            f"this report of pytest-benchmark is damaged: {type(error).__name__}: {error}"
        ) from error


def setting_of(environment: Mapping[str, Any]) -> str:
    """What pytest-benchmark keeps apart beside hardware, in words: "CPython 3.12"."""
    python = ".".join(str(environment.get("python") or "").split(".")[:2])
    return f"{environment.get('implementation') or ''} {python}".strip()


def pytest_benchmark_report(runs: Iterable[Run]) -> dict[str, Any]:
    """A report of `runs`, which are of one commit: an entry for each with times of operations."""
    some = [run for run in runs if _kind(run) is not None]
    first = some[0] if some else None
    environment = first.environment if first else {}
    return {
        "machine_info": {
            "node": str(environment.get("host") or ""),
            "machine": str(environment.get("machine") or ""),
            "system": "Linux",
            "release": str(environment.get("kernel") or ""),
            "python_implementation": str(environment.get("implementation") or ""),
            "python_version": str(environment.get("python") or ""),
            "cpu": {"brand_raw": environment.get("cpu"), "count": environment.get("cores")},
        },
        "commit_info": {
            "id": first.commit if first else None,
            "time": first.started if first else None,
            "dirty": bool(first and first.dirty),
            "branch": first.branch if first else None,
        },
        "benchmarks": [_benchmark(run) for run in some],
        "datetime": first.started if first else None,
        "version": _FORMAT,
        _OURS: True,
    }


def _runs(data: Mapping[str, Any]) -> Iterator[Run]:
    machine, commit = data["machine_info"] or {}, data["commit_info"] or {}
    cpu = machine.get("cpu") or {}
    environment = {
        "cpu": cpu.get("brand_raw") or machine.get("processor"),
        "cores": cpu.get("count"),
        "machine": machine.get("machine"),
        "python": machine.get("python_version"),
        "implementation": machine.get("python_implementation"),
        "kernel": machine.get("release"),
    }
    for one in data["benchmarks"]:
        stats = one["stats"]
        told = {name: stats.get(key) for name, key in _FROM_STATS.items()}
        extra = one.get("extra_info") or {}
        # What we wrote there ourselves says more than what can be told from times of single operations.
        figures = {**told, **extra} if data.get(_OURS) else {**extra, **told}
        metrics = {
            redacted(str(name)): _measured(str(name), value)
            for name, value in figures.items()
            if _finite(value)
        }
        yield imported_run(
            "pytest-benchmark",
            redacted(str(one["fullname"])),
            str(data["datetime"]),
            _known(commit.get("id")),
            _known(commit.get("branch")),
            environment,
            metrics,
            {**stats, **extra} if data.get(_OURS) else stats,
            dirty=bool(commit.get("dirty")),
            setting=setting_of(environment),
        )


def _known(name: object) -> str | None:
    """A commit or a branch; pytest-benchmark has words of its own where there is none."""
    return name if isinstance(name, str) and name not in _NONE else None


def _measured(name: str, value: float) -> Measured:
    metric = STANDARD.get(name.partition("@")[0], Metric(name, "1", "none"))
    return Measured(metric.unit, metric.better, float(value))


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _kind(run: Run) -> str | None:
    """Which histogram tells times: service where there is one."""
    return next((kind for kind in ("service", "response") if kind in run.histograms), None)


def statistics_of(run: Run) -> dict[str, Any] | None:
    """What pytest-benchmark tells of times, its rounds being operations; None where none were measured."""
    kind = _kind(run)
    if kind is None:
        return None
    histogram = run.histograms[kind]
    points = [histogram.percentile(quantile)[0] or 0.0 for quantile in _QUANTILES]
    mean = histogram.mean or fmean(points)
    q1, middle, q3 = (histogram.percentile(quantile)[0] or 0.0 for quantile in (0.25, 0.5, 0.75))
    return {
        "min": histogram.min or 0.0,
        "max": histogram.max or 0.0,
        "mean": mean,
        "stddev": stdev(points),
        "rounds": histogram.count,
        "median": middle,
        "iqr": q3 - q1,
        "q1": q1,
        "q3": q3,
        "iqr_outliers": 0,
        "stddev_outliers": 0,
        "outliers": "0;0",
        "ld15iqr": histogram.min or 0.0,
        "hd15iqr": histogram.max or 0.0,
        "ops": 1 / mean if mean else 0.0,
        "total": mean * histogram.count,
        "iterations": 1,
    }


def _benchmark(run: Run) -> dict[str, Any]:
    own = {name: one.value for name, one in run.metrics.items() if one.value is not None and not one.at_least}
    return {
        "group": None,
        "name": run.workload.rpartition("/")[2],
        "fullname": run.workload,
        "params": None,
        "param": None,
        "extra_info": own,
        "options": {"disable_gc": False, "timer": "perf_counter", "min_rounds": 1, "max_time": 0.0,
                    "min_time": 0.0, "warmup": False},
        "stats": statistics_of(run),
    }  # fmt: skip
