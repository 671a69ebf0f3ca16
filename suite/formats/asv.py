"""asv's result files as Runs, and Runs as asv's result files (its formats as of asv 0.6)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from statistics import median
from types import MappingProxyType
from typing import Any

from suite.errors import StoreError
from suite.files import safe_name
from suite.formats.asv_metric import LONG_UNITS, metric_of
from suite.formats.asv_result import (
    NEWEST,
    rows_of,
    setting_of,
    shown_machine,
    shown_packages,
    shown_variables,
)
from suite.formats.imported import DAMAGE, imported_run
from suite.records.classes import counted, load_class, machine_class, versions_in
from suite.records.run import Measured, Run
from suite.units import seconds_since_epoch

_COLUMNS = (
    "result", "params", "version", "started_at", "duration", "stats_ci_99_a", "stats_ci_99_b", "stats_q_25",
    "stats_q_75", "stats_number", "stats_repeat", "samples", "profile",
)  # fmt: skip

Benchmarks = Mapping[str, Mapping[str, Any]]
Naming = Callable[[str, str], str]


def is_asv(data: Mapping[str, Any]) -> bool:
    """Whether this is what asv keeps for one commit on one machine."""
    return {"commit_hash", "results", "params", "date"} <= set(data)


def runs_of_asv(data: Mapping[str, Any], benchmarks: Benchmarks, workload_of: Naming) -> list[Run]:
    """A Run for each workload in an asv result. `benchmarks` are those of its benchmarks.json, if known.

    Raises StoreError if it is damaged.
    """
    try:
        return list(_runs(data, benchmarks, workload_of))
    except DAMAGE as error:
        raise StoreError(
            f"this asv result is damaged: {type(error).__name__}: {error}; leave it out"
        ) from error


def asv_files(
    runs: Iterable[Run], known: Benchmarks = MappingProxyType({})
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """What asv keeps, by its path in the results folder, and in words what was left out.

    Of `runs` it has those that count, of each workload on a machine those of the load that ran last; of
    them the metrics where less is better. `known` benchmarks stay as they are.
    """
    chosen, left_out = _chosen(runs)
    chosen.sort(key=lambda run: seconds_since_epoch(run.started))
    groups: dict[tuple[str, str, str], list[Run]] = {}
    machines: dict[str, Mapping[str, Any]] = {}
    benchmarks: dict[str, Any] = {}
    for run in chosen:
        machine = _machine_name(run)
        machines[machine] = run.environment
        groups.setdefault((machine, run.commit or "", _python(run)), []).append(run)
        benchmarks.update({_benchmark(run.workload, name): _described(run, name) for name in _given(run)})
    benchmarks = {**benchmarks, **known, "version": NEWEST}
    files: dict[str, dict[str, Any]] = {
        f"{machine}/{safe_name(commit[:8])}-existing-py{safe_name(python)}.json": _result(
            machine, python, some, benchmarks
        )
        for (machine, commit, python), some in groups.items()
    }
    for machine, environment in machines.items():
        files[f"{machine}/machine.json"] = {**_machine(machine, environment), "version": 1}
    return ({**files, "benchmarks.json": benchmarks} if files else {}), left_out


def with_older(new: Mapping[str, Any], old: Any) -> dict[str, Any]:
    """A result file that was made now, with what is only in the one that is there from before."""
    like = isinstance(old, Mapping) and all(
        old.get(key) == new.get(key) for key in ("commit_hash", "result_columns", "version")
    )
    if not like or not isinstance(old.get("results"), Mapping):
        return dict(new)
    return {**new, "results": {**old["results"], **new["results"]}}


def _chosen(runs: Iterable[Run]) -> tuple[list[Run], list[str]]:
    """Those of `runs` that asv can have, and what others there were."""
    counts = {"without a commit": 0, "that do not count (invalid, ended early, of changed code)": 0}
    nowhere, bad = counts
    found: list[tuple[Run, tuple[str, str], str]] = []
    newest: dict[tuple[str, str], tuple[float, str]] = {}
    for run in runs:
        if run.commit is None:
            counts[nowhere] += 1
        elif not counted(run.dirty, run.verdict, run.validity.verdict):
            counts[bad] += 1
        else:
            place, load = (machine_class(run.environment), run.workload), load_class(run.plan)
            found.append((run, place, load))
            newest[place] = max(newest.get(place, (-math.inf, "")), (seconds_since_epoch(run.started), load))
    chosen = [run for run, place, load in found if newest[place][1] == load]
    counts["under another load than the newest"] = len(found) - len(chosen)
    return chosen, [
        f"{count:,} run{'' if count == 1 else 's'} {which}" for which, count in counts.items() if count
    ]


def _runs(data: Mapping[str, Any], benchmarks: Benchmarks, workload_of: Naming) -> Iterator[Run]:
    found: dict[str, dict[str, Measured]] = {}
    versions: dict[str, dict[str, str]] = {}
    for row in rows_of(data):
        known = benchmarks.get(row.benchmark, {})
        workload = workload_of(row.benchmark, str(known.get("code", "")))
        metrics = found.setdefault(workload, {})
        metric = metric_of(row.benchmark, known)
        taken = any(f"{metric.name}{suffix}" in metrics for suffix, _, _ in row.values)
        name = row.benchmark if taken else metric.name
        for suffix, value, samples in row.values:
            metrics[f"{name}{suffix}"] = Measured(metric.unit, metric.better, value, samples)
            if row.version is not None:
                versions.setdefault(workload, {})[f"{name}{suffix}"] = row.version
    environment, setting = _environment(data), setting_of(data)
    started = datetime.fromtimestamp(data["date"] / 1000, UTC).isoformat()
    for workload, metrics in found.items():
        if metrics:
            plain = {name: (one.value, one.values) for name, one in metrics.items()}
            yield imported_run(
                "asv",
                workload,
                started,
                str(data["commit_hash"]),
                None,
                environment,
                metrics,
                plain,
                setting=setting,
                versions=versions.get(workload),
            )


def _environment(data: Mapping[str, Any]) -> dict[str, Any]:
    params = data["params"]
    cores, ram = str(params.get("num_cpu") or ""), str(params.get("ram") or "")
    variables = data.get("env_vars")
    return {
        "cpu": params.get("cpu") or None,
        "cores": int(cores) if cores.isdigit() else None,
        "memory": float(ram) * 1e3 if ram.isdigit() else None,
        "machine": params.get("arch"),
        "asv": shown_machine(params),
        "python": data.get("python"),
        "packages": shown_packages(data.get("requirements")),
        **({"variables": shown_variables(variables)} if variables else {}),
    }


def _result(machine: str, python: str, runs: Sequence[Run], benchmarks: Benchmarks) -> dict[str, Any]:
    values: dict[str, dict[str, list[float]]] = {}
    for run in runs:
        for metric in _given(run):
            name, value = _benchmark(run.workload, metric), run.metrics[metric].value
            version = versions_in(run.plan).get(metric) or str(benchmarks[name].get("version", "1"))
            values.setdefault(name, {}).setdefault(version, []).append(0.0 if value is None else value)
    newest = {name: [*some.items()][-1] for name, some in values.items()}
    moments = [int(1000 * seconds_since_epoch(run.started)) for run in runs]
    return {
        "commit_hash": runs[0].commit,
        "env_name": f"existing-py{python}",
        "date": min(moments),
        "params": {**_machine(machine, runs[0].environment), "python": python},
        "python": python,
        "requirements": {},
        "env_vars": {},
        "result_columns": list(_COLUMNS),
        "results": {
            name: [
                [median(some)],
                [],
                version,
                min(moments),
                *[None] * 7,
                [some],
                None,
            ]
            for name, (version, some) in newest.items()
        },
        "durations": {},
        "version": NEWEST,
    }


def _machine_name(run: Run) -> str:
    return f"class-{machine_class(run.environment)}"


def _python(run: Run) -> str:
    return ".".join(str(run.environment.get("python") or "3").split(".")[:2])


def _machine(name: str, environment: Mapping[str, Any]) -> dict[str, str]:
    memory = environment.get("memory")
    return {
        "machine": name,
        "arch": str(environment.get("machine") or ""),
        "cpu": str(environment.get("cpu") or ""),
        "num_cpu": str(environment.get("cores") or ""),
        "os": f"Linux {environment.get('kernel') or ''}".strip(),
        "ram": str(round(memory / 1e3)) if isinstance(memory, int | float) else "",
    }


def _given(run: Run) -> list[str]:
    """The metrics that asv can take: it holds that less is better."""
    return [name for name, one in run.metrics.items() if one.better == "lower" and one.value is not None]


def _benchmark(workload: str, metric: str) -> str:
    *groups, last = workload.split("/")
    name = "".join(word.capitalize() for word in re.split(r"[-_. ]+", last))
    words = [*(group.replace("-", "_") for group in groups or ["workloads"]), name]
    return f"{'.'.join(words)}.track_{metric.replace('.', '_')}"


def _described(run: Run, metric: str) -> dict[str, Any]:
    name = _benchmark(run.workload, metric)
    unit = run.metrics[metric].unit
    return {
        "code": f'class Workload:\n    measure("{run.workload}")\n    result.get("{metric}")',
        "name": name,
        "param_names": [],
        "params": [],
        "timeout": 60.0,
        "type": "track",
        "unit": LONG_UNITS.get(unit, unit),
        "version": versions_in(run.plan).get(metric, "1"),
    }
