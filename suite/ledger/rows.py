"""What queries ask of a record, as rows of the ledger: all of it follows from its document."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from suite.records.capacity import Capacity
from suite.records.classes import counted, load_class, machine_class
from suite.records.comparison import Comparison
from suite.records.costs import CostBill
from suite.records.leak import LeakSearch
from suite.records.overload import OverloadRecovery
from suite.records.resilience import Resilience
from suite.records.run import Run, verdict_word
from suite.records.soak import Soak
from suite.units import seconds_since_epoch

_SAME = ("id", "workload", "started", "commit", "branch", "dirty", "environment", "plan")
_METRIC = ("unit", "better", "value", "at_least", "note", "values")
_NOTHING_GROWS = ("no growth", "bounded", "released")
_HISTORIES = (
    Run.KIND, LeakSearch.KIND, Capacity.KIND, CostBill.KIND, Resilience.KIND, Soak.KIND,
    OverloadRecovery.KIND,
)  # fmt: skip
"""What has a history over commits."""
_CODES = {"regression": 1, "inconclusive": 3}
_Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class IndexRows:
    """Rows of the tables of these names, all but their numbers."""

    result: dict[str, Any]
    metrics: _Rows
    outcomes: _Rows
    suspects: _Rows


def index_rows(kind: str, data: Mapping[str, Any]) -> IndexRows:
    """The rows of a record of this kind, from what `structure.dump` made of it."""
    code = data["exit_code"] if "exit_code" in data else _CODES.get(data.get("verdict", ""), 0)
    validity = (
        data["validity"]["verdict"]
        if kind in (Run.KIND, CostBill.KIND)
        else "invalid"
        if code == 3
        else "valid"
    )
    verdict = data["verdict"] if kind in (Run.KIND, Comparison.KIND) else verdict_word(code)
    whole = kind == Run.KIND or not data["partial"]
    history = kind in _HISTORIES
    return IndexRows(
        {
            **{name: data[name] for name in _SAME},
            "kind": kind,
            "started_at": seconds_since_epoch(data["started"]),
            "machine": machine_class(data["environment"]),
            "load": _load(kind, data),
            "counted": history and whole and counted(data["dirty"], verdict, validity),
            "verdict": verdict,
            "exit_code": code,
            "validity": validity,
            "clears": kind == LeakSearch.KIND and _clears(data),
            "reasons": data["validity"]["reasons"] if kind in (Run.KIND, CostBill.KIND) else [],
            "rounds": data["rounds"] if kind == Run.KIND else 0,
            "environment_hash": environment_hash(data["environment"]),
        },
        [
            {"name": name, "position": position, **{key: item[key] for key in _METRIC}}
            for position, (name, item) in enumerate(_metrics(kind, data))
        ],
        [
            {"position": position, "operation": operation, "outcome": outcome, "count": count}
            for position, (operation, outcome, count) in enumerate(_outcomes(kind, data))
        ],
        [
            {
                "position": position,
                **{key: item[key] for key in ("function", "file", "bytes_per_operation")},
            }
            for position, item in enumerate((data["suspects"] or ()) if kind == LeakSearch.KIND else ())
        ],
    )


def environment_hash(environment: Mapping[str, Any]) -> str:
    """16 hex digits that are equal for equal environments, whatever the order of their keys."""
    text = json.dumps(environment, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _load(kind: str, data: Mapping[str, Any]) -> str:
    """The class of the load; of a search for the capacity without the load that was searched."""
    plan = dict(data["plan"])
    if kind == Run.KIND:
        return load_class(plan)
    if kind == Capacity.KIND:
        goal = data["goal"]
        plan |= {
            goal["over"]: None,
            "users": None,
            "rate": None,
            "over": goal["over"],
            "level": goal["level"],
        }
    return f"{kind}-{load_class(plan)}"


def _clears(data: Mapping[str, Any]) -> bool:
    outcome = data["verdict"]["outcome"]
    return outcome in _NOTHING_GROWS or (data["suspects"] is not None and outcome != "unsettled")


def _metrics(kind: str, data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if kind == Run.KIND:
        yield from data["metrics"].items()
    elif kind == LeakSearch.KIND:
        growth = data["verdict"]["bytes_per_operation"]
        yield "leak.bytes_per_operation", _measured("B", "lower", growth, [growth])
    elif kind == Capacity.KIND:
        low, high = data["interval"]
        unit = "1/s" if data["goal"]["over"] == "rate" else "1"
        middle = (low * high) ** 0.5 if low and high else low
        yield "capacity", _measured(unit, "higher", middle, [low, high], at_least=high is None)
    elif kind == CostBill.KIND:
        for metric, cost in data["costs"].items():
            yield metric, _measured(cost["unit"], "lower", cost["value"], cost["windows"])
    elif kind == Resilience.KIND:
        counts = data["counts"]
        for name, weak in (("never", ("died", "never")), ("lost", ("lost",)), ("errors", ("errors",))):
            number = float(sum(counts[one] for one in weak))
            yield f"resilience.{name}", _measured("1", "lower", number, [number])
    elif kind == OverloadRecovery.KIND:
        yield "recovery.load", _measured("ratio", "higher", data["share"], [data["share"]])
    elif kind == Soak.KIND:
        for one in data["trends"]:
            slope, better = one["slope"], one["better"]
            ends = [slope["low"], slope["high"]]
            yield f"drift.{one['metric']}", _measured(one["unit"], better, slope["estimate"], ends)


def _measured(
    unit: str, better: str, value: float | None, values: list[float | None], *, at_least: bool = False
) -> dict[str, Any]:
    return {
        "unit": unit,
        "better": better,
        "value": value,
        "values": values,
        "at_least": at_least and value is not None,
        "note": None,
    }


def _outcomes(kind: str, data: Mapping[str, Any]) -> Iterator[tuple[str | None, str, int]]:
    if kind != Run.KIND:
        return
    for operation, counts in ((None, data["outcomes"]), *data["operations"].items()):
        yield from ((operation, outcome, count) for outcome, count in counts.items())
