"""asv's results as graphs: which workload and metric a benchmark stands for, and its value per commit."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from suite.contract.metric import STANDARD, find
from suite.formats.asv_result import shown_machine, shown_parameters, shown_variables
from suite.records.better import Better
from suite.records.costs import COSTS
from suite.report.charts.graph import Graph, GraphPoint
from suite.report.site.lineage import Lineage, LineageStep
from suite.report.site.workload_page import LEAK, WorkloadPage

_UNITS = {"seconds": "s", "bytes": "B", "ratio": "ratio", "1": "1"}
_ANY_UNIT = "unit"
"""What asv says of a benchmark that names none."""
_NO_MODULE = "benchmarks"
"""Where a benchmark is that asv knows by its own name alone: in the package itself."""
_WORKLOAD = re.compile(
    r"""(?:(?:\b(?:asv|self)\.|(?<![\w.]))_*(?:measure|leaks|search|costs)|\bself\.count)"""
    r"""\(\s*(?:f?["'](?:[^"']*::)?)([^"':]+)["']\s*,?\s*\)"""
)
"""Calls of ours: alone, a module's or a base class's, also under a private name; what they measure may be in
a file that is named before it."""
_NAMELESS = re.compile(r"\bdef track_this\(.*\bself\.(?:measure|search|count)\(", re.DOTALL)
"""A benchmark of our base classes, see `tracked`, that names its workload elsewhere."""
_RESULT = re.compile(r"\bdef track_\w+\(\s*self\s*,\s*(\w+)")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9])")
_TAILS = {name.replace(".", "_"): (name, metric.unit) for name, metric in STANDARD.items()}
_TAILS["bytes_per_operation"] = LEAK, "B"
_TAILS |= {name.replace(".", "_"): (name, unit) for name, unit in COSTS.items()}
_ENDS = {
    **{f"_{tail}": unit for tail, (_, unit) in _TAILS.items()},
    **{f"_{name.partition('.')[2]}": "s" for name in STANDARD if name.startswith("response.p")},
}
"""Units by what a benchmark's name ends with."""

Benchmarks = Mapping[str, Mapping[str, Any]]
_TEXTS = ("code", "unit")
"""What we read of a benchmark beside its name."""


class _Found(NamedTuple):
    """A result of asv, and which of its benchmarks are ours."""

    result: Any
    names: frozenset[str]


def add_results(
    stories: dict[str, WorkloadPage], results: Iterable[Any], benchmarks: Benchmarks, lineage: Lineage
) -> dict[str, str]:
    """Add all numbers that benchmarks of ours track; the workload of each of these benchmarks.

    Ours are those that call us. Of those that are no more in the suite, it is each class with a metric
    that we know.
    """
    benchmarks = {name: _described(each) for name, each in benchmarks.items()}
    codes = {_class(name): each.get("code", "") for name, each in benchmarks.items()}
    pages: dict[str, str] = {}
    for setting, found in _by_setting(list(results), benchmarks).items():
        named = f"{setting}, {lineage.name}" if lineage.name else setting
        steps, left = lineage.arranged({commit: one.result.date / 1000 for commit, one in found.items()})
        for name in sorted({name for one in found.values() for name in one.names}):
            known = benchmarks.get(name, {})
            workload = pages[name] = workload_of(name, known.get("code") or codes.get(_class(name), ""))
            story = stories.setdefault(workload, WorkloadPage(workload))
            story.leave(named, (commit for commit in left if name in found[commit].names))
            metric, unit = _metric(name, known)
            points = tuple(_point(found[step.commit], name, step) for step in steps)
            link = f"../index.html#{quote(name)}" if known else None
            story.add(Graph(metric, unit, _better(metric), named, points, link).as_rate())
    return pages


def workload_of(benchmark: str, code: str) -> str:
    """The workload that a benchmark's code measures; else by its name: `dicom.FileIo.x` is dicom/file-io."""
    said = _WORKLOAD.search(code)
    if said:
        return said[1]
    *groups, name, _ = benchmark.split(".") if "." in benchmark else (_NO_MODULE, "")
    return "/".join([*(group.replace("_", "-") for group in groups), _HUMPS.sub("-", name).lower()])


def _described(benchmark: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without what is no text where there should be one: its file may come from anywhere."""
    bad = [key for key in _TEXTS if not isinstance(benchmark.get(key, ""), str)]
    return {key: value for key, value in benchmark.items() if key not in bad}


def is_dated(result: Any) -> bool:
    """Whether asv's result says when its commit was made, in ms; that is what histories are ordered by."""
    return _finite(result.date) is not None


def _by_setting(results: Sequence[Any], benchmarks: Benchmarks) -> dict[str, dict[str, _Found]]:
    """What there is in each setting, by commit."""
    keys = [frozenset(_keys(result, benchmarks)) for result in results]
    every = frozenset[str]().union(*keys)
    gone = every - benchmarks.keys()
    ours = {name for name in every - gone if _is_ours(benchmarks[name].get("code", ""))}
    classes = {_class(name) for name in (*ours, *(name for name in gone if _tail(name) in _TAILS))}
    ours |= {name for name in gone if _class(name) in classes}
    found: dict[str, dict[str, _Found]] = {}
    for result, names in zip(results, keys, strict=True):
        if names & ours:
            found.setdefault(_setting(result), {})[result.commit_hash] = _Found(result, names & ours)
    return found


def _is_ours(code: str) -> bool:
    return any(pattern.search(code) for pattern in (_WORKLOAD, _NAMELESS))


def _class(benchmark: str) -> str:
    return benchmark.rpartition(".")[0]


def _tail(benchmark: str) -> str:
    return benchmark.rpartition(".")[2].removeprefix("track_")


def _metric(benchmark: str, known: Mapping[str, Any]) -> tuple[str, str]:
    """Name and base unit, from the code where it says them, else from the name."""
    code = known.get("code", "")
    result = _RESULT.search(code)
    taken = rf"""\b{result[1] if result else "result"}(?:\.get\(|\[)\s*["']([^"']+)["']"""
    said = re.search(taken, code)
    tail = _tail(benchmark)
    metric = said[1] if said else _TAILS[tail][0] if tail in _TAILS else tail
    unit = known.get("unit") or _ANY_UNIT
    return metric, _unit(metric) if unit == _ANY_UNIT else _UNITS.get(unit, unit)


def _unit(metric: str) -> str:
    """That of a metric that we know, else of one that ends like it."""
    name = metric.partition("@")[0].replace(".", "_")
    if name in _TAILS:
        return _TAILS[name][1]
    ends = [end for end in _ENDS if name.endswith(end)]
    return _ENDS[max(ends, key=len)] if ends else "1"


def _better(metric: str) -> Better:
    standard = find(metric)
    return "lower" if standard is None else standard.better


def _keys(result: Any, benchmarks: Benchmarks) -> Iterator[str]:
    current = result.get_result_keys(benchmarks)
    for name in result.get_all_result_keys():
        tracked = name.count(".") >= 2 and name.rpartition(".")[2].startswith("track_")
        if tracked and (name in current or name not in benchmarks):
            yield name


def _point(found: _Found, name: str, step: LineageStep) -> GraphPoint:
    """The value of a benchmark without parameters; none of one that has some, or was not run there."""
    result = found.result
    values = result.get_result_value(name, []) if name in found.names else None
    stats = result.get_result_stats(name, []) if values else None
    value = _finite(values[0]) if values and len(values) == 1 else None
    interval = (stats[0] or {}) if stats and value is not None else {}
    low, high = _finite(interval.get("ci_99_a")), _finite(interval.get("ci_99_b"))
    if low is None or high is None:
        low = high = None
    return GraphPoint(step.commit, step.when, value, low, high, rank=step.rank)


def _finite(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
    except OverflowError:  # a whole number beyond all that a float has
        return None


def _setting(result: Any) -> str:
    """The machine, and the software that asv tells apart."""
    software = {
        **shown_parameters(result.params),
        **shown_variables(result.env_vars),
    }
    words = [
        f"{'Python' if key == 'python' else key} {value}" for key, value in sorted(software.items()) if value
    ]
    return ", ".join([f"asv on {shown_machine(result.params) or 'unknown machine'}", *words])
