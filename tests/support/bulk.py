"""Large ledgers, made fast: only what histories read of a Run is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import func, insert, select, text
from support.runs import make_run

from suite.contract.metric import STANDARD
from suite.ledger.commit_order import CommitOrder
from suite.ledger.detections import Detections
from suite.ledger.models import DocumentRow, MetricRow, ResultRow
from suite.ledger.store import Ledger
from suite.ledger.timeline_reader import TimelineReader
from suite.records.classes import load_class, machine_class

ENVIRONMENT = {"cpu": "x", "cores": 2, "memory": 8e9, "machine": "x86_64", "container": "docker"}
PLAN = {"loop": "closed", "users": 8, "seconds": 10.0}
METRICS = (
    "throughput", "response.p50", "response.p95", "response.p99", "failures", "memory.peak",
    "memory.growth_per_operation", "cpu.per_operation", "service.p50", "lateness.p99",
)  # fmt: skip
_AT_ONCE = 2000


def sha_of(place: int) -> str:
    """A commit, by its place in history."""
    return f"{place:08x}" + "ab" * 16


def fill_fast(
    path: Path | str,
    workload: str,
    places: Iterable[int],
    *,
    steps: Sequence[int] = (),
    metrics: Sequence[str] = METRICS,
    seed: int = 1,
) -> None:
    """One Run for each of `places` (a commit and a minute each), slower by 30 % from each of `steps` on."""
    rng = np.random.default_rng(seed)
    with Ledger(path) as ledger, ledger.session(writing=True) as session:
        first = 1 + (session.scalar(select(func.max(DocumentRow.number))) or 0)
        documents: list[dict[str, Any]] = []
        results: list[dict[str, Any]] = []
        values: list[dict[str, Any]] = []
        for number, place in enumerate(places, first):
            level = 1.3 ** sum(place >= step for step in steps)
            noise = rng.normal(1, 0.02, len(metrics))
            result = _result(workload, place, number)
            documents.append({"number": number, "kind": "run", "id": result["id"], "data": _document(result)})
            results.append(result)
            values += [_metric(number, name, at, level, noise[at]) for at, name in enumerate(metrics)]
            if len(results) == _AT_ONCE:
                _flush(session, documents, results, values)
        _flush(session, documents, results, values)
        if session.get_bind().dialect.name == "postgresql":
            session.execute(
                text("SELECT setval('documents_number_seq', (SELECT max(number) FROM documents))")
            )
        session.commit()


def _flush(session: Any, *tables: list[Any]) -> None:
    for kind, rows in zip((DocumentRow, ResultRow, MetricRow), tables, strict=True):
        if rows:
            session.execute(insert(kind), rows)
            rows.clear()


def _result(workload: str, place: int, number: int) -> dict[str, Any]:
    started = 1.7e9 + 60 * place
    return {
        "number": number,
        "kind": "run",
        "id": f"{workload}-{place:06}",
        "workload": workload,
        "started": datetime.fromtimestamp(started, UTC).isoformat(),
        "started_at": started,
        "commit": sha_of(place),
        "branch": "main",
        "dirty": False,
        "environment": ENVIRONMENT,
        "environment_hash": "0" * 16,
        "plan": PLAN,
        "rounds": 3,
        "verdict": "pass",
        "exit_code": 0,
        "validity": "valid",
        "clears": False,
        "reasons": [],
        "machine": machine_class(ENVIRONMENT),
        "load": load_class(PLAN),
        "counted": True,
    }


def _document(result: dict[str, Any]) -> dict[str, Any]:
    """The least that a Run has."""
    same = ("id", "workload", "started", "commit", "branch", "environment", "plan", "rounds")
    parts = ("metrics", "histograms", "outcomes", "operations", "statuses", "series")
    return {
        **{name: result[name] for name in same},
        **{name: {} for name in parts},
        **{name: [] for name in ("details", "thresholds", "checks")},
        "validity": {"verdict": "valid"},
    }


def _metric(number: int, name: str, position: int, level: float, noise: float) -> dict[str, Any]:
    metric = STANDARD[name]
    value = 0.01 * noise * (1 / level if metric.better == "higher" else level)
    return {
        "number": number,
        "name": name,
        "position": position,
        "unit": metric.unit,
        "better": metric.better,
        "value": value,
        "at_least": False,
        "note": None,
        "values": [value],
    }


def add_the_same_ten(place: Path, _prefix: str, barrier: Any) -> None:
    """What a process of several does: store ten Runs that all of them have, and look through them."""
    barrier.wait(30)
    with Ledger(place) as ledger:
        ledger.add_new([make_run(id=f"same{at}", commit=sha_of(at)) for at in range(10)])
        line = TimelineReader(ledger).all()[0]
        quantities = list(TimelineReader(ledger).quantities(line).values())
        assert len(Detections(ledger, CommitOrder(folder=place.parent)).of(line, quantities)) == len(
            quantities
        )
