"""A Run's or a leak search's plain data as rows of the ledger, and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from suite.ledger.models import (
    CheckRow,
    DetailRow,
    HistogramRow,
    LeakSearchRow,
    LeakSuspectRow,
    MetricRow,
    OutcomeRow,
    RunRow,
    SeriesRow,
    StatusRow,
    ThresholdRow,
    ValueRow,
)
from suite.records.classes import counted, load_class, machine_class
from suite.units import seconds_since_epoch

_METRIC = ("unit", "better", "value", "at_least", "note")
_JUDGED = ("metric", "level", "limit", "value", "passed")
_CHECK = ("name", "passed", "detail")
_DETAIL = ("outcome", "operation", "count", "first", "example")
_SAME = (
    "id", "workload", "started", "commit", "branch", "environment", "plan", "rounds", "verdict",
    "exit_code", "pids",
)  # fmt: skip
_SEARCH = (
    "id", "workload", "started", "commit", "branch", "environment", "plan", "seconds", "unattributed",
    "recordings", "notes",
)  # fmt: skip
_VERDICT = (
    "outcome", "operations", "bytes_per_operation", "blocks_per_operation", "detectable", "held",
    "growths",
)  # fmt: skip
_SUSPECT = ("function", "file", "line", "bytes_per_operation", "blocks_per_operation", "share", "stack")


def to_rows(data: Mapping[str, Any]) -> RunRow:
    """What `codec.encode_run` gave, as a RunRow with all its children."""
    error = data["error"] or {"kind": None, "message": None}
    return RunRow(
        **{name: data[name] for name in _SAME if name != "environment"},
        environment={**data["environment"], "dirty": data["dirty"], "partial": data["partial"]},
        started_at=seconds_since_epoch(data["started"]),
        environment_hash=environment_hash(data["environment"]),
        machine=machine_class(data["environment"]),
        load=load_class(data["plan"]),
        counted=counted(data["dirty"], data["verdict"], data["validity"]["verdict"]),
        validity=data["validity"]["verdict"],
        reasons=data["validity"]["reasons"],
        evidence=data["evidence"],
        limiter=data["limiter"],
        error_kind=error["kind"],
        error_message=error["message"],
        metrics=[
            MetricRow(
                name=name,
                position=position,
                **{key: item[key] for key in _METRIC},
                values=[ValueRow(position=index, value=value) for index, value in enumerate(item["values"])],
            )
            for position, (name, item) in enumerate(data["metrics"].items())
        ],
        histograms=[HistogramRow(name=name, encoded=text) for name, text in data["histograms"].items()],
        outcomes=[
            OutcomeRow(position=position, operation=operation, outcome=outcome, count=count)
            for position, (operation, outcome, count) in enumerate(
                (*_counts({None: data["outcomes"]}), *_counts(data["operations"]))
            )
        ],
        statuses=[
            StatusRow(position=position, operation=operation, status=status, count=count)
            for position, (operation, status, count) in enumerate(_counts(data["statuses"]))
        ],
        details=[
            DetailRow(position=position, cause=item["kind"], **{key: item[key] for key in _DETAIL})
            for position, item in enumerate(data["details"])
        ],
        thresholds=[
            ThresholdRow(position=position, **{key: item[key] for key in _JUDGED})
            for position, item in enumerate(data["thresholds"])
        ],
        checks=[
            CheckRow(position=position, **{key: item[key] for key in _CHECK})
            for position, item in enumerate(data["checks"])
        ],
        series=[SeriesRow(name=name, points=points) for name, points in data["series"].items()],
    )


def from_rows(row: RunRow) -> dict[str, Any]:
    """What `codec.decode_run` takes, from a RunRow."""
    outcomes = _by_operation((item.operation, item.outcome, item.count) for item in row.outcomes)
    return {
        **_fields(row, _SAME),
        "validity": {"verdict": row.validity, "reasons": row.reasons},
        "evidence": row.evidence,
        "limiter": row.limiter,
        "error": None if row.error_kind is None else {"kind": row.error_kind, "message": row.error_message},
        "metrics": {
            item.name: {**_fields(item, _METRIC), "values": [value.value for value in item.values]}
            for item in row.metrics
        },
        "histograms": {item.name: item.encoded for item in row.histograms},
        "outcomes": outcomes.pop(None, {}),
        "operations": outcomes,
        "statuses": _by_operation((item.operation, item.status, item.count) for item in row.statuses),
        "details": [{**_fields(item, _DETAIL), "class": item.cause} for item in row.details],
        "thresholds": [_fields(item, _JUDGED) for item in row.thresholds],
        "checks": [_fields(item, _CHECK) for item in row.checks],
        "series": {item.name: item.points for item in row.series},
    }


def leaks_to_rows(data: Mapping[str, Any]) -> LeakSearchRow:
    """What `codec.encode_leaks` gave, as a LeakSearchRow with its suspects."""
    return LeakSearchRow(
        **{name: data[name] for name in _SEARCH if name != "environment"},
        environment={**data["environment"], "dirty": data["dirty"], "partial": data["partial"]},
        **{name: data["verdict"][name] for name in _VERDICT},
        words=json.dumps(data["verdict"]["reasons"]),
        started_at=seconds_since_epoch(data["started"]),
        environment_hash=environment_hash(data["environment"]),
        traced=data["suspects"] is not None,
        suspects=[
            LeakSuspectRow(position=position, **{key: item[key] for key in _SUSPECT})
            for position, item in enumerate(data["suspects"] or ())
        ],
    )


def leaks_from_rows(row: LeakSearchRow) -> dict[str, Any]:
    """What `codec.decode_leaks` takes, from a LeakSearchRow."""
    return {
        **_fields(row, _SEARCH),
        "verdict": {**_fields(row, _VERDICT), "reasons": _reasons(row.words)},
        "suspects": [_fields(item, _SUSPECT) for item in row.suspects] if row.traced else None,
    }


def _reasons(text: str) -> Any:
    """The reasons of a verdict; of one that is older than them its sentence."""
    try:
        return json.loads(text)
    except ValueError:
        return [text]


def environment_hash(environment: Mapping[str, Any]) -> str:
    """16 hex digits that are equal for equal environments, whatever the order of their keys."""
    text = json.dumps(environment, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _fields(row: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _counts(by_operation: Mapping[Any, Mapping[str, int]]) -> Iterator[tuple[Any, str | None, int]]:
    for operation, counts in by_operation.items():
        if not counts:
            yield operation, None, 0
        for key, count in counts.items():
            yield operation, key, count


def _by_operation(rows: Iterable[tuple[Any, str | None, int]]) -> dict[Any, dict[str, int]]:
    result: dict[Any, dict[str, int]] = {}
    for operation, key, count in rows:
        counts = result.setdefault(operation, {})
        if key is not None:
            counts[key] = count
    return result
