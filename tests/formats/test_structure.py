"""Whatever stands in a field of a document, it is read and can be stored, or it is one StoreError."""

from __future__ import annotations

import copy
import json
import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.records import make_search, make_suspect
from support.runs import make_run

from suite.errors import StoreError
from suite.formats.asv import asv_files, runs_of_asv
from suite.formats.pytest_benchmark import pytest_benchmark_report, runs_of_pytest_benchmark
from suite.formats.structure import dump, load
from suite.ledger.store import Ledger
from suite.records.detail import Detail
from suite.records.evidence import Evidence
from suite.records.leak import LeakSearch
from suite.records.reason import Reason
from suite.records.run import Failure, Run

_RUN = make_run(
    details=(Detail("failed", "reset", "store", 2, 1.5, "x"),),
    error=Failure("worker", "died"),
    evidence=(Evidence(wall=2.0, worker_cpu=(0.5,)), None),
    limiter=Reason("cpu", {"thread": 0.99, "cores": None}),
    environment={"cpu": "x", "cores": 8, "packages": {"numpy": "1"}},
)
_TEXT = st.text(max_size=8) | st.sampled_from(["", "NaN", "yesterday", "\ud800", "\0", "2024-05-01", "valid"])
_NUMBERS = st.integers(-(10**30), 10**30) | st.floats() | st.sampled_from([2**31, 2**63, -1, 10**400])
_ANYTHING = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=5,
)
_ABSENT = object()


@st.composite
def spoilt(draw: st.DrawFn, data: Any) -> Any:
    """`data` with something else, or nothing, in a place somewhere."""
    root: dict[str, Any] = {"": copy.deepcopy(data)}
    inside: Any = root
    key: Any = ""
    while isinstance(inside[key], dict | list) and inside[key] and draw(st.integers(0, 4)):
        inside = inside[key]
        key = draw(st.sampled_from(sorted(inside) if isinstance(inside, dict) else range(len(inside))))
    other = draw(_ANYTHING | st.just(_ABSENT))
    if other is _ABSENT:
        del inside[key]
    else:
        inside[key] = other
    return root.get("")


def read(decode: Callable[[Any], Any], data: Any) -> Any:
    """What `decode` makes of it, None if it is a clear error."""
    with suppress(StoreError):
        return decode(data)
    return None


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with Ledger(tmp_path_factory.mktemp("codec") / "ledger.db") as opened:
        yield opened


def keep(ledger: Ledger, run: Run) -> None:
    """Store it, and find it the same."""
    run = replace(run, id=uuid4().hex)
    ledger.add(run)
    assert dump(ledger.run(run.id)) == dump(run)


_slow = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(spoilt(dump(_RUN)))
@_slow
def test_any_document_of_a_run(ledger: Ledger, data: Any) -> None:
    run = read(partial(load, Run), data)
    if run is not None:
        keep(ledger, run)


@given(spoilt(dump(make_search())))
@_slow
def test_any_document_of_a_search_for_leaks(ledger: Ledger, data: Any) -> None:
    search = read(partial(load, LeakSearch), data)
    if isinstance(search, LeakSearch):
        ledger.add(replace(search, id=uuid4().hex))


_ASV, _ = asv_files([make_run(environment={"cpu": "x", "cores": 2, "memory": 8e9, "python": "3.11.2"})])
_BENCHMARKS = _ASV.pop("benchmarks.json")
[_RESULT] = [data for data in _ASV.values() if "results" in data]


@given(spoilt(json.loads(json.dumps(_RESULT))), spoilt(_BENCHMARKS))
@_slow
def test_any_result_of_asv(ledger: Ledger, data: Any, benchmarks: Any) -> None:
    def decode(data: Any) -> list[Run]:
        known = {name: one for name, one in dict(benchmarks).items() if isinstance(one, dict)}
        return runs_of_asv(data, known, lambda name, code: f"{name}{code}"[:9])

    if isinstance(data, dict) and isinstance(benchmarks, dict):
        for run in read(decode, data) or ():
            keep(ledger, run)


@given(spoilt(json.loads(json.dumps(pytest_benchmark_report([make_run()])))))
@_slow
def test_any_report_of_pytest_benchmark(ledger: Ledger, data: Any) -> None:
    if isinstance(data, dict):
        for run in read(runs_of_pytest_benchmark, data) or ():
            keep(ledger, run)


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("started", "yesterday", "started is no time like 2025-01-31T12:00:00+00:00: 'yesterday'"),
        ("rounds", 2**63, "rounds is no whole number from 0 on: 9223372036854775808"),
        ("commit", 7, "commit is no text: 7"),
        ("workload", "shop/buy\npass: all", "workload: no name has a line break: 'shop/buy"),
        ("outcomes", {"ok": -1}, "outcomes.ok is no whole number from 0 on: -1"),
        ("metrics", {"a": 1}, "metrics.a is no object: 1"),
        (
            "checks",
            [{"name": "x", "passed": "yes", "detail": ""}],
            "checks.0.passed is no true or false: 'yes'",
        ),
        (
            "validity",
            {"verdict": "so so", "reasons": []},
            "validity.verdict is no one of valid, doubtful, inv",
        ),
        ("id", None, "the record of run \\? is damaged: id is no text: None"),
    ],
)
def test_the_field_that_is_wrong_is_named(field: str, value: Any, complaint: str) -> None:
    with pytest.raises(StoreError, match=complaint.replace("+", "\\+")):
        load(Run, {**dump(_RUN), field: value})


def test_what_is_nested_without_end_is_damaged(tmp_path: Path) -> None:
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"x": deep}
    for field in dump(_RUN):
        if field not in ("exit_code", "verdict"):  # which follow from the rest
            with pytest.raises(StoreError, match="is damaged"):
                load(Run, {**dump(_RUN), field: deep})


def test_several_faults_are_told_at_once() -> None:
    data = {**dump(_RUN), "rounds": "x", "commit": 7, "outcomes": {"ok": -1}, "branch": 1, "pids": None}
    del data["id"]
    with pytest.raises(StoreError) as caught:
        load(Run, data)
    assert str(caught.value) == (
        "the record of run ? is damaged: there is no id; commit is no text: 7; branch is no text: 1; "
        "and 3 more"
    )


def test_a_figure_that_is_always_there_may_be_unknown() -> None:
    search = make_search()
    data = dump(replace(search, seconds=math.nan, suspects=(make_suspect(share=math.inf),)))
    assert (data["seconds"], data["suspects"][0]["share"]) == (None, None)
    again = load(LeakSearch, json.loads(json.dumps(data)))
    assert math.isnan(again.seconds)
    assert math.isnan((again.suspects or ())[0].share)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("it was late", Reason("text", {"text": "it was late"})),
        ({"kind": "cpu", "text": "all cores busy"}, Reason("cpu", {"text": "all cores busy"})),
        ({"kind": "late", "figures": {"by": 0.5}}, Reason("late", {"by": 0.5})),
    ],
)
def test_a_reason_may_be_older_than_reasons(told: Any, reason: Reason) -> None:
    assert load(Run, {**dump(_RUN), "limiter": told}).limiter == reason


def test_what_a_newer_version_added_is_left_out() -> None:
    assert load(Run, {**dump(_RUN), "new": 1}) == _RUN


def test_nothing_that_structures_is_imported_before_something_is_read() -> None:
    script = "import sys, suite.cli, suite.formats.envelope; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
