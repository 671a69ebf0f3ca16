"""asv's results as tracks: which workload and metric a benchmark stands for, and its value per commit."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from asv.results import iter_results

from suite.metric import STANDARD
from suite.report.site.track import Point, Track

_UNITS = {"seconds": "s", "bytes": "B", "ratio": "ratio", "1": "1"}
_MACHINE = {"machine", "os", "arch", "cpu", "num_cpu", "ram"}
_WORKLOAD = re.compile(r"""measure\(\s*["']([^"']+)["']""")
_METRIC = re.compile(r"""\bresult\.get\(\s*["']([^"']+)["']""")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9])")

Revisions = Callable[[Iterable[str]], Mapping[str, int]]


def read_results(
    folder: str,
    benchmarks: Mapping[str, Mapping[str, Any]],
    published: Mapping[str, int],
    revisions: Revisions,
) -> Iterator[tuple[str, Track, str]]:
    """A benchmark's name, its track and its workload, for all tracked numbers of workloads in `folder`.

    Of a range of commits that is being published only those that are in it; commits that the repository
    does not have (a shallow clone) stay, ordered by their dates. Benchmarks that are no more in the suite
    stay too.
    """
    results = list(iter_results(folder))
    known = revisions({result.commit_hash for result in results})
    results = [r for r in results if r.commit_hash in published or r.commit_hash not in known]
    if all(result.commit_hash in known for result in results):
        results.sort(key=lambda result: known[result.commit_hash])
    else:
        results.sort(key=lambda result: result.date)
    tracks: dict[tuple[str, str], list[Point]] = {}
    for result in results:
        for name in sorted(_keys(result, benchmarks)):
            point = _point(result, name)
            if point is not None:
                tracks.setdefault((name, _setting(result)), []).append(point)
    for (name, setting), points in tracks.items():
        found = benchmarks.get(name, {})
        metric, unit = _metric(name, found)
        link = f"../index.html#{quote(name)}" if found else None
        track = Track(metric, unit, "lower", setting, tuple(points), link).as_rate()
        yield name, track, workload_of(name, found.get("code", ""))


def workload_of(benchmark: str, code: str) -> str:
    """The workload that a benchmark's code measures; else by its name: `dicom.FileIo.x` is dicom/file-io."""
    said = _WORKLOAD.search(code)
    if said:
        return said[1]
    *groups, name, _ = benchmark.split(".")
    return "/".join([*(group.replace("_", "-") for group in groups), _HUMPS.sub("-", name).lower()])


def _metric(benchmark: str, found: Mapping[str, Any]) -> tuple[str, str]:
    """Name and base unit, from the code where it says them."""
    said = _METRIC.search(found.get("code", ""))
    tail = benchmark.rpartition(".")[2].removeprefix("track_")
    metric = said[1] if said else {name.replace(".", "_"): name for name in STANDARD}.get(tail, tail)
    standard = STANDARD.get(metric.partition("@")[0])
    unit = _UNITS.get(found.get("unit", ""), standard.unit if standard else found.get("unit") or "1")
    return metric, unit


def _keys(result: Any, benchmarks: Mapping[str, Any]) -> Iterator[str]:
    current = result.get_result_keys(benchmarks)
    for name in result.get_all_result_keys():
        tracked = name.count(".") >= 2 and name.rpartition(".")[2].startswith("track_")
        if tracked and (name in current or name not in benchmarks):
            yield name


def _point(result: Any, name: str) -> Point | None:
    """The value of a benchmark without parameters, None for one that has some."""
    values, stats = result.get_result_value(name, []), result.get_result_stats(name, [])
    if not values or len(values) != 1:
        return None
    value = _finite(values[0])
    interval = (stats[0] or {}) if stats else {}
    low, high = _finite(interval.get("ci_99_a")), _finite(interval.get("ci_99_b"))
    when = datetime.fromtimestamp(result.date / 1000, UTC).isoformat(timespec="seconds")
    if low is None or high is None:
        low = high = None
    return Point(result.commit_hash, when, value, low, high)


def _finite(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _setting(result: Any) -> str:
    """The machine, and the software that asv tells apart."""
    software = {**{k: v for k, v in result.params.items() if k not in _MACHINE}, **result.env_vars}
    words = [
        f"{'Python' if key == 'python' else key} {value}" for key, value in sorted(software.items()) if value
    ]
    return ", ".join([f"asv on {result.params.get('machine', 'unknown machine')}", *words])
