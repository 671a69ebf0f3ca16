"""Runs and leak searches as plain data (what JSON can hold) and back; documents and the ledger share it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from suite.errors import StoreError
from suite.formats.decoding import leaks_from, run_from
from suite.records.leak import LeakSearch
from suite.records.run import Measured, Run

_FAULTS = (KeyError, TypeError, ValueError, AttributeError, RecursionError, StoreError)


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
                "class": detail.kind,
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
        "validity": {
            "verdict": run.validity.verdict,
            "reasons": [asdict(reason) for reason in run.validity.reasons],
        },
        "evidence": [None if one is None else asdict(one) for one in run.evidence],
        "limiter": None if run.limiter is None else asdict(run.limiter),
        "error": None if run.error is None else {"kind": run.error.kind, "message": run.error.message},
        "histograms": {name: histogram.encode() for name, histogram in run.histograms.items()},
        "pids": run.pids,
        "environment": {**run.environment, "dirty": run.dirty},
    }
    encoded: dict[str, Any] = plain(data)
    return encoded


def decode_run(data: Mapping[str, Any]) -> Run:
    """The Run that `encode_run` made `data` from. Raises StoreError if `data` is not such a thing."""
    try:
        return run_from(data)
    except _FAULTS as error:
        raise _damaged("run", data, error) from error


def encode_leaks(search: LeakSearch) -> dict[str, Any]:
    """`search` as plain data in base units."""
    data = asdict(search)
    data["environment"]["dirty"] = data.pop("dirty")
    del data["partial"]
    encoded: dict[str, Any] = plain(data)
    return encoded


def decode_leaks(data: Mapping[str, Any]) -> LeakSearch:
    """The search that `encode_leaks` made `data` from. Raises StoreError if `data` is not such a thing.

    A figure that was not finite is NaN.
    """
    try:
        return leaks_from(data)
    except _FAULTS as error:
        raise _damaged("leak search", data, error) from error


def _damaged(kind: str, data: Any, error: Exception) -> StoreError:
    name = data.get("id") if isinstance(data, Mapping) else None
    what = str(error) if isinstance(error, ValueError | StoreError) else f"{type(error).__name__}: {error}"
    known = name if isinstance(name, str) and name else "?"
    return StoreError(f"the record of {kind} {known} is damaged: {what}")


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
