"""Every document has one form, whatever it is of, and says all of its records."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from support.capacities import make_capacity
from support.costs import make_costs
from support.overloads import make_recovery
from support.records import any_searches, make_calibration, make_search
from support.resiliences import make_resilience
from support.runs import any_runs, make_comparison, make_measured, make_run
from support.soaks import make_soak

import suite
from suite.errors import StoreError
from suite.formats.document import dumps, write_document
from suite.formats.envelope import KINDS, Kind, document_in, entry, envelope, json_schema, read_document
from suite.records.comparison import Change, Comparison, QuantileShift, Shift
from suite.records.detail import Detail
from suite.records.leak import LeakSearch
from suite.records.reason import Reason
from suite.records.record import Record
from suite.records.run import Failure, Run

SHIFT = Shift(0.2, 0.1, math.inf)
WHY = Reason("worse", {"by": 0.2})
CHANGE = Change("response.p50", "s", "lower", 1.0, 1.2, "regression", WHY, SHIFT, minimum=0.05, p=0.01)
QUANTILES = {"response": (QuantileShift(0.5, 1.0, 1.2, SHIFT),)}
DETAILS = (Detail("failed", "reset", "store", 2, 1.25, "Connection reset by peer"),)
COMPARISON = make_comparison(changes=(CHANGE,), quantiles=QUANTILES)
RECORDS: dict[Kind, Record] = {
    "run": make_run(details=DETAILS),
    "leaks": make_search(),
    "capacity": make_capacity(),
    "costs": make_costs(),
    "comparison": COMPARISON,
    "ab": COMPARISON,
    "calibration": make_calibration(),
    "resilience": make_resilience(),
    "recovery": make_recovery(),
    "soak": make_soak(),
}
_KEYS = ["schema", "kind", "made", "by", "environment", "verdict", "exit_code", "results"]
_PROVENANCE = {"id", "workload", "started", "commit", "branch", "dirty", "partial", "plan"}
_RUN = {
    "verdict", "exit_code", "rounds", "metrics", "outcomes", "operations", "statuses", "details",
    "thresholds", "checks", "series", "validity", "error", "histograms", "pids", "evidence", "limiter",
    "observed", "outputs", "incidents", "slowest", "stopped",
}  # fmt: skip


def again(data: Any) -> Any:
    """As it comes out of a file."""
    return json.loads(dumps(data))


def only(data: Any) -> Record:
    """The one record of a document."""
    document = document_in(data, Path("x.json"))
    assert document is not None
    [record] = document.records
    return record


@given(any_runs())
@settings(deadline=None)
def test_any_run_survives_a_document(run: Run) -> None:
    assert only(again(envelope("run", [run], exit_code=0))) == run


@given(any_searches())
@settings(deadline=None)
def test_any_search_survives_a_document(search: LeakSearch) -> None:
    assert only(again(envelope("leaks", [search], exit_code=0))) == search


@pytest.mark.parametrize("kind", KINDS)
def test_all_kinds_have_one_form(kind: Kind) -> None:
    record = RECORDS[kind]
    data = again(envelope(kind, [record], exit_code=1))
    assert list(data) == _KEYS
    assert (data["schema"], data["kind"], data["verdict"], data["exit_code"]) == (2, kind, "fail", 1)
    assert data["by"] == f"loadledger {suite.__version__}"
    assert data["environment"] == record.environment
    [result] = data["results"]
    assert set(result) >= _PROVENANCE
    assert "environment" not in result
    document = document_in(data, Path("x.json"))
    assert document is not None
    assert document.kind == kind


@pytest.mark.parametrize(
    "kind", ["run", "leaks", "capacity", "costs", "calibration", "resilience", "recovery"]
)
def test_records_of_all_kinds_survive(kind: Kind) -> None:
    assert only(again(envelope(kind, [RECORDS[kind]], exit_code=0))) == RECORDS[kind]


def test_an_end_that_is_not_known_is_null() -> None:
    data = again(envelope("comparison", [COMPARISON], exit_code=1))
    assert data["results"][0]["changes"][0]["shift"] == {"estimate": 0.2, "low": 0.1, "high": None}
    found = only(data)
    assert isinstance(found, Comparison)
    assert found.changes[0].reason == WHY
    assert replace(found, changes=(), quantiles={}) == replace(COMPARISON, changes=(), quantiles={})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_as_its_schema_says(kind: Kind) -> None:
    schema = json_schema(kind)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    data = again(envelope(kind, [RECORDS[kind]], exit_code=0))
    validator.validate(data)
    for name in ("id", "workload", "started", "plan"):
        spoilt = json.loads(json.dumps(data))
        del spoilt["results"][0][name]
        assert not validator.is_valid(spoilt)
        spoilt["results"][0][name] = 3
        assert not validator.is_valid(spoilt)


@given(any_runs())
def test_any_run_is_as_the_schema_says(run: Run) -> None:
    Draft202012Validator(json_schema("run")).validate(again(envelope("run", [run], exit_code=0)))


def test_a_run_has_the_agreed_keys() -> None:
    run = make_run(details=DETAILS, error=Failure("system", "exited with 1"))
    (result,) = envelope("run", [run], exit_code=4)["results"]
    assert set(result) == _PROVENANCE | _RUN
    assert result["metrics"]["response.p99"]["values"] == [0.0041, 0.0042, 0.0044]
    assert result["details"][0]["kind"] == "reset"
    assert result["thresholds"][0] == {
        "metric": "response.p95", "level": "target", "limit": 0.1, "value": 0.0036, "passed": True,
    }  # fmt: skip
    assert result["validity"] == {"verdict": "valid", "reasons": []}
    assert result["error"] == {"kind": "system", "message": "exited with 1"}


def test_a_search_for_leaks_has_the_agreed_keys() -> None:
    (result,) = envelope("leaks", [make_search()], exit_code=1)["results"]
    own = {"verdict", "exit_code", "seconds", "suspects", "unattributed", "recordings", "notes", "unfinished"}
    assert set(result) == _PROVENANCE | own
    assert result["verdict"]["outcome"] == "unbounded"
    assert result["verdict"]["growths"][1]["levels"][0] == 48_100_000
    assert result["suspects"][0]["stack"][1] == {
        "function": "handle", "file": "shop/server.py", "line": 40,
    }  # fmt: skip


def test_a_search_for_the_capacity_has_all_looks() -> None:
    capacity = make_capacity()
    (inner,) = again(envelope("capacity", [capacity], exit_code=0))["results"]
    assert (inner["workload"], inner["unit"], inner["goal"]["over"]) == ("shop/browse", "1/s", "rate")
    found = inner["found"]
    assert (found["low"], found["high"], found["broke"]) == (766, 800, "response.p95")
    assert inner["interval"] == list(capacity.interval)
    assert len(found["looks"]) == len(capacity.found.looks)
    assert inner["scaling"]["contention"] == capacity.scaling.contention


@pytest.mark.parametrize(("code", "word"), [(0, "pass"), (1, "fail"), (3, "invalid"), (130, "error")])
def test_the_verdict_is_the_command_s(code: int, word: str) -> None:
    assert envelope("leaks", [make_search()], exit_code=code)["verdict"] == word


def test_without_results_the_environment_is_this_one() -> None:
    data = envelope("run", [], exit_code=130)
    assert data["environment"]["python"]
    assert data["results"] == []


def test_results_of_other_machines_say_so() -> None:
    one, other = make_run(id="1", environment={"cores": 8}), make_run(id="2", environment={"cores": 2})
    data = again(envelope("run", [one, other], exit_code=0))
    assert [result.get("environment") for result in data["results"]] == [None, {"cores": 2}]
    document = document_in(data, Path("x.json"))
    assert document is not None
    assert document.records == (one, other)


def test_what_only_a_document_says_stands_beside_the_record() -> None:
    run = make_run()
    data = again(envelope("ab", [entry(COMPARISON, pairs=[entry(run)])], exit_code=0, base={"sha": "a"}))
    assert data["base"] == {"sha": "a"}
    assert data["results"][0]["pairs"][0]["id"] == run.id


def test_no_nan_and_no_infinity() -> None:
    run = make_run(
        metrics={"response.max": make_measured("response.max", float("inf"))},
        environment={"load": float("nan"), "path": Path("x"), "set": {2, 1}},
        series={"p99": (float("nan"), 1.0)},
    )
    data = envelope("run", [run], exit_code=0)
    text = dumps(data)
    assert "NaN" not in text
    assert "Infinity" not in text
    assert data["environment"] == {"load": None, "path": "x", "set": [1, 2]}
    assert data["results"][0]["metrics"]["response.max"]["note"] == "not a finite number: inf"


_GOOD = envelope("run", [make_run()], exit_code=0)


@pytest.mark.parametrize(
    "data",
    [{}, [], 3, {"schema": 2}, {"schema": 2, "kind": "list", "results": []}, {**_GOOD, "results": 3}],
)
def test_what_is_no_document_is_told(tmp_path: Path, data: Any) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(data))
    with pytest.raises(StoreError, match="is not a result document"):
        read_document(path)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({**_GOOD, "schema": 3}, "x.json was written by a newer Loadledger; update this one"),
        ({**_GOOD, "environment": 3}, "x.json: the record of run .* is damaged: environment is no object: 3"),
        ({**_GOOD, "results": [{}]}, "x.json: the record of run . is damaged: there is no id"),
        ({**_GOOD, "results": [3]}, "is damaged: it is no object: 3"),
        (
            {"schema": 1, "runs": [{"id": "x"}]},
            "run x is damaged: there is no workload",
        ),
        ({"schema": 1, "leaks": {"id": "x"}}, "x.json: the record of leak search x is damaged"),
        ({"schema": 1, "runs": [[]]}, "is damaged: it is no object"),
    ],
)
def test_what_is_damaged_is_told_with_its_file(tmp_path: Path, data: Any, complaint: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(data))
    with pytest.raises(StoreError, match=complaint):
        read_document(path)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_document(path, _GOOD)
    assert read_document(path).records == (make_run(),)
