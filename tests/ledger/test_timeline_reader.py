"""Which Runs make one history, and a commit's value in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.runs import make_measured, make_run, validity_of

from suite.ledger.store import Ledger
from suite.ledger.timeline_reader import TimelineReader
from suite.records.classes import counted, load_class, machine_class
from suite.records.run import Failure, Run

A, B, C = "a" * 40, "b" * 40, "c" * 40
MACHINE = {"cpu": "x", "cores": 2, "memory": 16.0e9, "machine": "x86_64", "container": "docker"}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.db") as opened:
        yield opened


def run(name: str, commit: str | None = A, value: float | None = 1.0, **changes: Any) -> Run:
    metrics = {"response.p50": replace(make_measured("response.p50"), value=value)}
    given: dict[str, Any] = {"id": name, "commit": commit, "metrics": metrics, "environment": MACHINE}
    return make_run(**{**given, **changes})


def test_a_commit_has_the_median_of_its_runs(ledger: Ledger) -> None:
    for name, value in (("1", 1.0), ("2", 5.0), ("3", 2.0)):
        ledger.add(run(name, A, value))
    ledger.add(run("4", B, None))
    lines = TimelineReader(ledger)
    [line] = lines.all()
    assert lines.values(line, "response.p50", [A, B, C]) == [2.0, None, None]
    assert lines.values(line, "nothing", [A]) == [None]
    assert {(one.commit, one.runs) for one in lines.commits(line)} == {(A, 3), (B, 1)}


def test_a_lower_bound_is_no_value(ledger: Ledger) -> None:
    ledger.add(run("1", metrics={"response.p99": make_measured("response.p99", 2.0, at_least=True)}))
    lines = TimelineReader(ledger)
    assert lines.values(lines.all()[0], "response.p99", [A]) == [None]


@pytest.mark.parametrize(
    "changes",
    [
        {"validity": validity_of("invalid", "x")},
        {"error": Failure("system", "died")},
        {"dirty": True},
        {"commit": None},
    ],
)
def test_what_says_nothing_of_a_commit_does_not_count(ledger: Ledger, changes: dict[str, Any]) -> None:
    ledger.add(run("1", **changes))
    assert TimelineReader(ledger).all() == []


def test_doubtful_and_failed_runs_count() -> None:
    assert counted(False, "fail", "doubtful")
    assert not counted(False, "error", "valid")


def test_other_machines_and_other_loads_are_other_lines(ledger: Ledger) -> None:
    ledger.add(run("1"))
    ledger.add(run("2", environment={**MACHINE, "kernel": "6.9", "memory": 15.9e9}))
    ledger.add(run("3", environment={**MACHINE, "cores": 4}))
    ledger.add(run("4", plan={"loop": "closed", "users": 9, "seconds": 10.0, "warmup": 1.0}))
    ledger.add(run("5", workload="shop/buy"))
    lines = TimelineReader(ledger)
    assert sorted(line.runs for line in lines.all("dicom/receive")) == [1, 1, 2]
    assert len(lines.all()) == 4
    words = set(lines.machines(lines.all()).values())
    assert words == {"x, 2 cores, docker", "x, 4 cores, docker"}


def test_metrics_are_those_of_the_newest_run_but_older_ones_are_found(ledger: Ledger) -> None:
    ledger.add(run("1", started="2024-05-01T00:00:00+00:00"))
    newer = {"throughput": make_measured("throughput", 3.0)}
    ledger.add(run("2", B, metrics=newer, started="2024-05-02T00:00:00+00:00"))
    lines = TimelineReader(ledger)
    [line] = lines.all()
    assert list(lines.quantities(line)) == ["throughput"]
    old = lines.quantity(line, "response.p50")
    assert old is not None
    assert (old.unit, old.better) == ("s", "lower")
    assert lines.quantity(line, "nothing") is None


def test_classes_do_not_mind_order_and_what_is_not_said() -> None:
    assert load_class({"loop": "open", "users": None}) == load_class({"loop": "open", "seed": 4})
    assert machine_class({"cores": 2, "cpu": "x"}) == machine_class({"cpu": "x", "cores": 2, "host": "y"})
    assert load_class({"parameters": {"a": 1}}) != load_class({"parameters": {"a": 2}})
    assert load_class({"loop": "open", "faults": ["Reset of system at 1 s"]}) != load_class({"loop": "open"})
