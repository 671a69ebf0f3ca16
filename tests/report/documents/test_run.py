"""The result document says all of a Run, in the keys that others rely on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from support.runs import any_runs, make_measured, make_run

from suite.errors import StoreError
from suite.records.run import Detail, Failure, Run
from suite.report.documents.run import document, dumps, parse_run, run_document, run_path, write_document

_KEYS = {
    "id", "workload", "started", "commit", "branch", "verdict", "exit_code", "plan", "rounds", "metrics",
    "outcomes", "operations", "statuses", "details", "thresholds", "checks", "series", "validity", "error",
    "histograms", "pids", "environment", "evidence", "limiter",
}  # fmt: skip


@given(any_runs())
def test_any_run_survives_a_document(run: Run) -> None:
    assert parse_run(json.loads(dumps(run_document(run)))) == run


def test_a_document_has_the_agreed_keys() -> None:
    run = make_run(
        details=(Detail("failed", "reset", "store", 2, 1.25, "Connection reset by peer"),),
        error=Failure("system", "exited with 1"),
    )
    data = document([run], commit="abc", environment={"cores": 8}, exit_code=4, verdict="error")
    assert list(data) == ["schema", "commit", "environment", "verdict", "exit_code", "runs"]
    assert (data["schema"], data["commit"], data["verdict"], data["exit_code"]) == (1, "abc", "error", 4)
    (entry,) = data["runs"]
    assert set(entry) == _KEYS
    assert entry["metrics"]["response.p99"]["values"] == [0.0041, 0.0042, 0.0044]
    assert entry["details"][0]["class"] == "reset"
    assert entry["thresholds"][0] == {
        "metric": "response.p95", "level": "target", "limit": 0.1, "value": 0.0036, "passed": True,
    }  # fmt: skip
    assert entry["validity"] == {"verdict": "valid", "reasons": []}
    assert entry["error"] == {"kind": "system", "message": "exited with 1"}


def test_no_nan_and_no_infinity() -> None:
    run = make_run(
        metrics={"response.max": make_measured("response.max", float("inf"))},
        environment={"load": float("nan"), "path": Path("x"), "set": {2, 1}},
        series={"p99": (float("nan"), 1.0)},
    )
    data = document([run], commit=None, environment=run.environment, exit_code=0, verdict="pass")
    text = dumps(data)
    assert "NaN" not in text
    assert "Infinity" not in text
    assert data["environment"] == {"load": None, "path": "x", "set": [1, 2]}
    assert data["runs"][0]["metrics"]["response.max"]["note"] == "not a finite number: inf"


@pytest.mark.parametrize("data", [{}, {"id": "x"}, [], {**run_document(make_run()), "metrics": 3}])
def test_what_is_no_run_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(StoreError, match="damaged"):
        parse_run(data)


def test_a_document_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "x.json"
    write_document(path, {"a": 1})
    write_document(path, {"a": 2})
    assert json.loads(path.read_text()) == {"a": 2}
    assert [item.name for item in path.parent.iterdir()] == ["x.json"]


def test_the_name_of_a_runs_file_sorts_by_time(tmp_path: Path) -> None:
    run = make_run(workload="shop/browse:ü", started="2024-05-01T02:00:00.123+02:00", id="ab12")
    assert run_path(tmp_path, run) == tmp_path / "20240501T000000Z-shop-browse--ab12.json"
    assert run_path(tmp_path, make_run(workload="../../x")).parent == tmp_path
    write_document(run_path(tmp_path, make_run(workload="x" * 500)), {})
