"""Runs and leak searches as plain data (what JSON can hold) and back; documents and the ledger share it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar

from suite.errors import StoreError
from suite.evidence import Evidence, Limiter
from suite.histogram import Histogram
from suite.leak import Frame, Growth, LeakSearch, LeakSuspect, LeakVerdict
from suite.run import CheckResult, Detail, Failure, Judgement, Measured, Run, Validity

_FAULTS = (KeyError, TypeError, ValueError, AttributeError, StoreError)
_Record = TypeVar("_Record", Evidence, Frame, Growth, LeakSearch, LeakSuspect, LeakVerdict)


def plain(value: Any) -> Any:
    """`value` as dicts, lists, text, finite numbers, booleans and None.

    NaN and infinity become None, because JSON has no word for them. Text is made fit for every
    database: lone surrogates (undecodable output of a process) and NUL are written as escapes.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=str)
    if hasattr(value, "tolist"):  # numpy's scalars and arrays
        return plain(value.tolist())
    return plain(str(value))


def encode_run(run: Run) -> dict[str, Any]:
    """`run` as one entry of a document's "runs": plain data in base units, histograms as text."""
    data = {
        "id": run.id,
        "workload": run.workload,
        "started": run.started,
        "commit": run.commit,
        "branch": run.branch,
        "verdict": run.verdict,
        "exit_code": run.exit_code,
        "plan": run.plan,
        "rounds": run.rounds,
        "metrics": {name: _encode_measured(measured) for name, measured in run.metrics.items()},
        "outcomes": run.outcomes,
        "operations": run.operations,
        "statuses": run.statuses,
        "details": [
            {
                "outcome": detail.outcome,
                "class": detail.cause,
                "operation": detail.operation,
                "count": detail.count,
                "first": detail.first,
                "example": detail.example,
            }
            for detail in run.details
        ],
        "thresholds": [
            {
                "metric": judged.metric,
                "level": judged.level,
                "limit": judged.limit,
                "value": judged.value,
                "passed": judged.passed,
            }
            for judged in run.thresholds
        ],
        "checks": [
            {"name": check.name, "passed": check.passed, "detail": check.detail} for check in run.checks
        ],
        "series": run.series,
        "validity": {"verdict": run.validity.verdict, "reasons": run.validity.reasons},
        "evidence": [None if one is None else asdict(one) for one in run.evidence],
        "limiter": None if run.limiter is None else {"kind": run.limiter.kind, "text": run.limiter.text},
        "error": None if run.error is None else {"kind": run.error.kind, "message": run.error.message},
        "histograms": {name: histogram.encode() for name, histogram in run.histograms.items()},
        "pids": run.pids,
        "environment": run.environment,
    }
    encoded: dict[str, Any] = plain(data)
    return encoded


def decode_run(data: Mapping[str, Any]) -> Run:
    """The Run that `encode_run` made `data` from. Raises StoreError if `data` is not such a thing."""
    try:
        return _decode_run(data)
    except _FAULTS as error:
        raise _damaged("run", data, error) from error


def encode_leaks(search: LeakSearch) -> dict[str, Any]:
    """`search` as plain data in base units."""
    encoded: dict[str, Any] = plain(asdict(search))
    return encoded


def decode_leaks(data: Mapping[str, Any]) -> LeakSearch:
    """The search that `encode_leaks` made `data` from. Raises StoreError if `data` is not such a thing.

    A figure that was not finite is NaN.
    """
    try:
        return _decode_leaks(data)
    except _FAULTS as error:
        raise _damaged("leak search", data, error) from error


def number(value: float | None) -> float:
    """A figure of plain data that is never left out: None stands for one that was not finite."""
    return math.nan if value is None else value


def _damaged(kind: str, data: Any, error: Exception) -> StoreError:
    name = data.get("id") if isinstance(data, Mapping) else None
    return StoreError(f"the record of {kind} {name or '?'} is damaged: {type(error).__name__}: {error}")


def _encode_measured(measured: Measured) -> dict[str, Any]:
    note = measured.note
    if note is None and measured.value is not None and not math.isfinite(measured.value):
        note = f"not a finite number: {measured.value}"
    return {
        "unit": measured.unit,
        "better": measured.better,
        "value": measured.value,
        "values": measured.values,
        "at_least": measured.at_least,
        "note": note,
    }


def _decode_run(data: Mapping[str, Any]) -> Run:
    error = data["error"]
    limiter = data.get("limiter")  # older documents have neither this nor evidence
    return Run(
        id=data["id"],
        workload=data["workload"],
        started=data["started"],
        commit=data["commit"],
        branch=data["branch"],
        environment=dict(data["environment"]),
        plan=dict(data["plan"]),
        rounds=data["rounds"],
        metrics={
            name: Measured(
                unit=item["unit"],
                better=item["better"],
                value=item["value"],
                values=tuple(item["values"]),
                at_least=item["at_least"],
                note=item["note"],
            )
            for name, item in data["metrics"].items()
        },
        histograms={name: Histogram.decode(text) for name, text in data["histograms"].items()},
        outcomes=dict(data["outcomes"]),
        operations={name: dict(counts) for name, counts in data["operations"].items()},
        statuses={name: dict(counts) for name, counts in data["statuses"].items()},
        details=tuple(
            Detail(
                item["outcome"],
                item["class"],
                item["operation"],
                item["count"],
                item["first"],
                item["example"],
            )
            for item in data["details"]
        ),
        thresholds=tuple(
            Judgement(item["metric"], item["level"], item["limit"], item["value"], item["passed"])
            for item in data["thresholds"]
        ),
        checks=tuple(CheckResult(item["name"], item["passed"], item["detail"]) for item in data["checks"]),
        series={name: tuple(values) for name, values in data["series"].items()},
        validity=Validity(data["validity"]["verdict"], tuple(data["validity"]["reasons"])),
        pids=tuple({name: tuple(pids) for name, pids in by_name.items()} for by_name in data["pids"]),
        error=None if error is None else Failure(error["kind"], error["message"]),
        evidence=tuple(
            None if item is None else _record(Evidence, item) for item in data.get("evidence") or ()
        ),
        limiter=None if limiter is None else Limiter(limiter["kind"], limiter["text"]),
    )


def _decode_leaks(data: Mapping[str, Any]) -> LeakSearch:
    verdict, suspects = data["verdict"], data["suspects"]
    return _record(
        LeakSearch,
        data,
        environment=dict(data["environment"]),
        plan=dict(data["plan"]),
        verdict=_record(
            LeakVerdict, verdict, growths=tuple(_decode_growth(item) for item in verdict["growths"])
        ),
        seconds=number(data["seconds"]),
        suspects=None if suspects is None else tuple(_decode_suspect(item) for item in suspects),
    )


def _decode_growth(item: Mapping[str, Any]) -> Growth:
    return _record(
        Growth,
        item,
        levels=tuple(number(level) for level in item["levels"]),
        per_operation=number(item["per_operation"]),
    )


def _decode_suspect(item: Mapping[str, Any]) -> LeakSuspect:
    return _record(
        LeakSuspect,
        item,
        **{name: number(item[name]) for name in ("bytes_per_operation", "blocks_per_operation", "share")},
        stack=tuple(_record(Frame, frame) for frame in item["stack"]),
    )


def _record(kind: type[_Record], item: Mapping[str, Any], **decoded: Any) -> _Record:
    """A `kind` of the fields it knows: what a newer version added is left out. Lists become tuples."""
    known = {name: item[name] for name in (field.name for field in fields(kind)) if name in item}
    lists = {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
    return kind(**{**known, **lists, **decoded})
