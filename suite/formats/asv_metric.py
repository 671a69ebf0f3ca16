"""What a benchmark of asv stands for: name, unit and direction of a metric, the latter where it is sure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from suite.contract.metric import STANDARD, Metric
from suite.records.better import Better
from suite.records.costs import COSTS

LONG_UNITS = {"s": "seconds", "B": "bytes"}
"""What asv calls our units."""
_UNITS = {long: short for short, long in LONG_UNITS.items()}
_NO_UNIT = ("", "unit", "1")
"""What asv says where a benchmark says nothing."""
_KINDS = {"time": "s", "timeraw": "s", "mem": "B", "peakmem": "B"}
"""What asv itself measures, by what the name of a benchmark begins with: less is better."""
_KNOWN = {**STANDARD, **{name: Metric(name, unit, "lower") for name, unit in COSTS.items()}}
_BY_TAIL = {name.replace(".", "_"): metric for name, metric in _KNOWN.items()}
_MOMENT = r"(s|secs?|seconds?|min|minutes?|h|hours?|days?)"
_RATE = re.compile(rf".*(/ ?|\bper[ _]){_MOMENT}|[rqtf]ps|iops|[kmg]?hz", re.IGNORECASE)
_LENGTH = rf"[nuµm]s|(nano|micro|milli)(secs?|seconds?)|{_MOMENT}"
_SIZE = r"[kmgt]?i?b|([kmgt]i?|kilo|mega|giga)?bytes?"
_AMOUNT = re.compile(rf"({_LENGTH}|{_SIZE})((/ ?| per )\w+)?", re.IGNORECASE)
"""Times and sizes, also of something."""
_MORE = frozenset(
    ["accuracy", "bandwidth", "fps", "goodput", "hits", "iops", "qps", "rps", "speedup", "throughput", "tps"]
)
_LESS = frozenset(
    [
        "allocations",
        "delay",
        "dropped",
        "duration",
        "elapsed",
        "error",
        "errors",
        "failed",
        "failures",
        "jitter",
        "lag",
        "latencies",
        "latency",
        "leak",
        "leaked",
        "leaks",
        "loss",
        "misses",
        "overhead",
        "retries",
        "runtime",
        "stalls",
        "time",
        "timeouts",
    ]
)
_UNSURE = frozenset(
    [
        "available",
        "between",
        "capacity",
        "free",
        "idle",
        "interval",
        "lifetime",
        "mtbf",
        "processed",
        "read",
        "remaining",
        "saved",
        "saving",
        "savings",
        "served",
        "timeout",
        "transferred",
        "ttl",
        "until",
        "uptime",
        "written",
    ]
)
"""Words of names whose times and sizes may well be better when they are larger."""
_WORDS = re.compile(r"[a-z]+|\d+", re.IGNORECASE)
_PER_SECOND = re.compile(r"per_?(s|sec|second)($|_)", re.IGNORECASE)


def metric_of(benchmark: str, known: Mapping[str, Any]) -> Metric:
    """The metric of a benchmark; `known` is what asv's list of benchmarks has of it, if anything."""
    tail = benchmark.rpartition(".")[2]
    kind, _, rest = tail.partition("_")
    said = str(known.get("unit") or "")
    if kind in _KINDS:
        return Metric(tail, base_unit(said) if said not in _NO_UNIT else _KINDS[kind], "lower")
    if kind != "track":
        return Metric(tail, base_unit(said), direction(tail, said))
    name, at, operation = rest.partition("@")
    standard = _BY_TAIL.get(name)
    if standard is not None and (said in _NO_UNIT or base_unit(said) == standard.unit):
        return Metric(f"{standard.name}{at}{operation}", standard.unit, standard.better)
    return Metric(rest, base_unit(said), direction(rest, said))


def base_unit(said: str) -> str:
    """Our name of a unit that asv has."""
    return "1" if said in _NO_UNIT else _UNITS.get(said, said)


def direction(name: str, unit: str) -> Better:
    """Which way is better, by a metric's name and unit; "none" where they don't tell, or disagree.

    Rates are better when higher, times and sizes when lower, unless a word of the name says that it may be
    otherwise.
    """
    words = {word.lower() for word in _WORDS.findall(name)}
    if words & _UNSURE:
        return "none"
    found: set[Better] = set()
    if _RATE.fullmatch(unit) or _PER_SECOND.search(name):
        found.add("higher")
    elif _AMOUNT.fullmatch(unit):
        found.add("lower")
    found |= {"higher"} if words & _MORE else set()
    found |= {"lower"} if words & _LESS else set()
    return found.pop() if len(found) == 1 else "none"
