"""Large ledgers, made fast: only what histories read of a Run is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np
from sqlalchemy import Table, insert
from support.runs import make_run

from suite.contract.metric import STANDARD
from suite.ledger.commit_order import CommitOrder
from suite.ledger.detections import Detections
from suite.ledger.models import MetricRow, RunRow
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
        runs: list[dict[str, Any]] = []
        values: list[dict[str, Any]] = []
        for place in places:
            run = _run(workload, place)
            level = 1.3 ** sum(place >= step for step in steps)
            noise = rng.normal(1, 0.02, len(metrics))
            runs.append(run)
            values += [_metric(run["id"], name, at, level, noise[at]) for at, name in enumerate(metrics)]
            if len(runs) == _AT_ONCE:
                _flush(session, runs, values)
        _flush(session, runs, values)
        session.commit()


def _flush(session: Any, runs: list[Any], values: list[Any]) -> None:
    for kind, rows in ((RunRow, runs), (MetricRow, values)):
        if rows:
            session.execute(insert(cast(Table, kind.__table__)), rows)
            rows.clear()


def _run(workload: str, place: int) -> dict[str, Any]:
    started = 1.7e9 + 60 * place
    return {
        "id": f"{workload}-{place:06}",
        "workload": workload,
        "started": datetime.fromtimestamp(started, UTC).isoformat(),
        "started_at": started,
        "commit": sha_of(place),
        "branch": "main",
        "environment": ENVIRONMENT,
        "environment_hash": "0" * 16,
        "plan": PLAN,
        "rounds": 3,
        "verdict": "pass",
        "exit_code": 0,
        "validity": "valid",
        "reasons": [],
        "pids": [],
        "evidence": [],
        "limiter": None,
        "error_kind": None,
        "error_message": None,
        "machine": machine_class(ENVIRONMENT),
        "load": load_class(PLAN),
        "counted": True,
    }


def _metric(run: str, name: str, position: int, level: float, noise: float) -> dict[str, Any]:
    metric = STANDARD[name]
    value = 0.01 * noise * (1 / level if metric.better == "higher" else level)
    return {
        "run_id": run,
        "name": name,
        "position": position,
        "unit": metric.unit,
        "better": metric.better,
        "value": value,
        "at_least": False,
        "note": None,
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
