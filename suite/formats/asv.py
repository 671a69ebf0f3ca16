"""asv's result files as Runs, and Runs as asv's result files (its formats as of asv 0.6)."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from statistics import median
from types import MappingProxyType
from typing import Any

from suite.contract.metric import STANDARD
from suite.errors import StoreError
from suite.formats.structure import dump, load
from suite.records.classes import counted, load_class, machine_class
from suite.records.run import Measured, Run, Validity
from suite.units import seconds_since_epoch

_VERSION = 2
_COLUMNS = (
    "result", "params", "version", "started_at", "duration", "stats_ci_99_a", "stats_ci_99_b", "stats_q_25",
    "stats_q_75", "stats_number", "stats_repeat", "samples", "profile",
)  # fmt: skip
_UNITS = {"seconds": "s", "bytes": "B"}
_KINDS = {"time": "s", "timeraw": "s", "mem": "B", "peakmem": "B"}
_BY_TAIL = {name.replace(".", "_"): metric for name, metric in STANDARD.items()}

DAMAGE = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, OSError, RecursionError)
"""What comes of files that are not as they should be; OSError of times beyond all calendars."""

Benchmarks = Mapping[str, Mapping[str, Any]]
Naming = Callable[[str, str], str]


def is_asv(data: Mapping[str, Any]) -> bool:
    """Whether this is what asv keeps for one commit on one machine."""
    return {"commit_hash", "results", "result_columns", "params"} <= set(data)


def runs_of_asv(data: Mapping[str, Any], benchmarks: Benchmarks, workload_of: Naming) -> list[Run]:
    """A Run for each workload in an asv result. `benchmarks` are those of its benchmarks.json, if known.

    Raises StoreError if it is damaged.
    """
    try:
        return list(_runs(data, benchmarks, workload_of))
    except DAMAGE as error:
        raise StoreError(f"this asv result is damaged: {type(error).__name__}: {error}") from error


def asv_files(
    runs: Iterable[Run], known: Benchmarks = MappingProxyType({})
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """What asv keeps, by its path in the results folder, and in words what was left out.

    Of `runs` it has those that count, of each workload on a machine those of the load that ran last; of
    them the metrics where less is better. `known` benchmarks stay as they are.
    """
    chosen, left_out = _chosen(runs)
    groups: dict[tuple[str, str, str], list[Run]] = {}
    machines: dict[str, Mapping[str, Any]] = {}
    benchmarks: dict[str, Any] = {}
    for run in chosen:
        machine = _machine_name(run)
        machines[machine] = run.environment
        groups.setdefault((machine, run.commit or "", _python(run)), []).append(run)
        benchmarks.update({_benchmark(run.workload, name): _described(run, name) for name in _given(run)})
    benchmarks = {**benchmarks, **known, "version": _VERSION}
    files: dict[str, dict[str, Any]] = {
        f"{machine}/{commit[:8]}-existing-py{python}.json": _result(machine, python, some, benchmarks)
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
    columns = list(data["result_columns"])
    for name, row in data["results"].items():
        cells = dict(zip(columns, row if isinstance(row, list) else [row], strict=False))
        values = cells.get("result")
        known = benchmarks.get(name, {})
        names = [f"({', '.join(some)})" for some in itertools.product(*(cells.get("params") or []))]
        samples = cells.get("samples") or [None] * len(values or [])
        metrics = found.setdefault(workload_of(name, str(known.get("code", ""))), {})
        for suffix, value, some in zip(names, values or [], samples, strict=False):
            metric, unit = _metric(name, known)
            if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
                given = tuple(float(one) for one in some or ())
                key = metric + ("" if suffix == "()" else suffix)
                metrics[key] = Measured(unit, "lower", float(value), given)
    params = data["params"]
    cores = params.get("num_cpu")
    environment = {
        "cpu": params.get("cpu") or None,
        "cores": int(cores) if str(cores or "").isdigit() else None,
        "memory": float(params["ram"]) * 1e3 if str(params.get("ram") or "").isdigit() else None,
        "machine": params.get("arch"),
        "asv": params.get("machine"),
        "python": data.get("python"),
        "packages": dict(data.get("requirements") or {}),
    }
    started = datetime.fromtimestamp(data["date"] / 1000, UTC).isoformat()
    for workload, metrics in found.items():
        if metrics:
            yield _run(workload, started, str(data["commit_hash"]), environment, metrics)


def _run(
    workload: str, started: str, commit: str, environment: Mapping[str, Any], metrics: Mapping[str, Measured]
) -> Run:
    plain = {name: (one.value, one.values) for name, one in metrics.items()}
    return imported_run("asv", workload, started, commit, None, environment, metrics, plain)


def imported_run(
    source: str,
    workload: str,
    started: str,
    commit: str | None,
    branch: str | None,
    environment: Mapping[str, Any],
    metrics: Mapping[str, Measured],
    content: object,
    *,
    dirty: bool | None = None,
) -> Run:
    """A Run that another tool measured; its id depends on what it says alone, so that it comes in once.

    Raises StoreError for what is no Run.
    """
    where = environment if dirty is None else {**environment, "dirty": dirty}
    said = json.dumps([source, workload, started, commit, where, content], sort_keys=True, default=str)
    run = Run(
        id=f"{source}-{hashlib.sha256(said.encode()).hexdigest()[:16]}",
        workload=workload,
        started=started,
        commit=commit,
        branch=branch,
        dirty=bool(dirty),
        environment=environment,
        plan={"loop": source},
        rounds=1,
        metrics=metrics,
        histograms={},
        outcomes={},
        operations={},
        statuses={},
        details=(),
        thresholds=(),
        checks=(),
        series={},
        validity=Validity(),
    )
    return load(Run, dump(run))


def _metric(name: str, known: Mapping[str, Any]) -> tuple[str, str]:
    tail = name.rpartition(".")[2]
    kind, _, rest = tail.partition("_")
    base, at, operation = rest.partition("@")
    standard = _BY_TAIL.get(base) if kind == "track" else None
    if standard is not None:
        return f"{standard.name}{at}{operation}", standard.unit
    unit = str(known.get("unit") or _KINDS.get(kind, "1"))
    return (rest if kind == "track" else tail), _UNITS.get(unit, unit)


def _result(machine: str, python: str, runs: Sequence[Run], benchmarks: Benchmarks) -> dict[str, Any]:
    values: dict[str, list[float]] = {}
    for run in runs:
        for name in _given(run):
            value = run.metrics[name].value
            values.setdefault(_benchmark(run.workload, name), []).append(0.0 if value is None else value)
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
                benchmarks[name].get("version", "1"),
                min(moments),
                *[None] * 7,
                [some],
                None,
            ]
            for name, some in values.items()
        },
        "durations": {},
        "version": _VERSION,
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
    unit = {short: long for long, short in _UNITS.items()}.get(
        run.metrics[metric].unit, run.metrics[metric].unit
    )
    return {
        "code": f'class Workload:\n    measure("{run.workload}")\n    result.get("{metric}")',
        "name": name,
        "param_names": [],
        "params": [],
        "timeout": 60.0,
        "type": "track",
        "unit": unit,
        "version": "1",
    }
