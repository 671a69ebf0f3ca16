"""Ledgers as older versions wrote them, with Runs and searches for leaks of today."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, create_engine

from suite.config.ledger_url import url_of
from suite.formats.structure import dump
from suite.records.classes import counted, load_class, machine_class
from suite.records.leak import LeakSearch
from suite.records.run import Run
from suite.units import seconds_since_epoch

_MEASURED = ("unit", "better", "value", "at_least", "note")
_SAME = ("id", "workload", "started", "commit", "branch", "plan")


def write_old_ledger(place: Path | str, *records: Run | LeakSearch, revision: str = "0004") -> None:
    """Make a ledger of that revision at `place`, which has none."""
    engine = create_engine(url_of(place))
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", "suite.ledger:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        metadata = MetaData()
        metadata.reflect(connection)
        for record in records:
            rows = _run(record) if isinstance(record, Run) else _search(record)
            for name, some in rows:
                table = metadata.tables[name]
                kept = [{key: value for key, value in row.items() if key in table.c} for row in some]
                if kept:
                    connection.execute(table.insert(), kept)
    engine.dispose()


def _shared(record: Run | LeakSearch) -> dict[str, Any]:
    data = dump(record)
    return {
        **{name: data[name] for name in _SAME},
        "started_at": seconds_since_epoch(record.started),
        "environment": {**data["environment"], "dirty": data["dirty"]},
        "environment_hash": "x",
        "machine": machine_class(record.environment),
        "load": load_class(record.plan),
    }


def _run(run: Run) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    data, key = dump(run), {"run_id": run.id}
    error = data["error"] or {"kind": None, "message": None}
    yield (
        "runs",
        [
            {
                **_shared(run),
                **{name: data[name] for name in ("rounds", "verdict", "exit_code", "pids", "evidence")},
                "limiter": data["limiter"],
                "validity": data["validity"]["verdict"],
                "reasons": data["validity"]["reasons"],
                "error_kind": error["kind"],
                "error_message": error["message"],
                "counted": counted(run.dirty, run.verdict, run.validity.verdict),
            }
        ],
    )
    metrics = data["metrics"].items()
    yield (
        "metrics",
        [
            {**key, "name": name, "position": at, **{field: one[field] for field in _MEASURED}}
            for at, (name, one) in enumerate(metrics)
        ],
    )
    yield (
        "round_values",
        [
            {**key, "metric": name, "position": at, "value": value}
            for name, one in metrics
            for at, value in enumerate(one["values"])
        ],
    )
    yield "histograms", [{**key, "name": n, "encoded": text} for n, text in data["histograms"].items()]
    yield "outcomes", _counts(key, "outcome", {None: data["outcomes"], **data["operations"]})
    yield "statuses", _counts(key, "status", data["statuses"])
    details = [{**one, "cause": one["kind"]} for one in data["details"]]
    for name, some in (("details", details), ("thresholds", data["thresholds"]), ("checks", data["checks"])):
        yield name, [{**key, "position": at, **one} for at, one in enumerate(some)]
    yield "series", [{**key, "name": name, "points": points} for name, points in data["series"].items()]


def _counts(key: dict[str, Any], what: str, by_operation: dict[Any, dict[str, int]]) -> list[dict[str, Any]]:
    rows = [
        (operation, name, count)
        for operation, counts in by_operation.items()
        for name, count in (counts or {None: 0}).items()
    ]
    return [
        {**key, "position": at, "operation": operation, what: name, "count": count}
        for at, (operation, name, count) in enumerate(rows)
    ]


def _search(search: LeakSearch) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    data = dump(search)
    whole = {**data, **data["verdict"], **_shared(search), "traced": data["suspects"] is not None}
    words = next((one.figures["text"] for one in search.verdict.reasons if one.kind == "text"), "")
    yield "leak_searches", [{**whole, "words": words}]
    key = {"search_id": search.id}
    yield "leak_suspects", [{**key, "position": at, **one} for at, one in enumerate(data["suspects"] or ())]
