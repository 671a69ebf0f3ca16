"""The slowest operations, and what happened while they lasted."""

from __future__ import annotations

from array import array

import numpy as np
import pytest
from support.runs import make_run

from suite.measure.column_file import ColumnFile
from suite.measure.slowest import Around, SlowRow, merged, slowest_rows, told
from suite.records.incident import Incident
from suite.records.loop_lag import LoopLag
from suite.records.outcome import Outcome
from suite.records.slow_operation import SlowOperation

BEGIN = 10**12
MS = 1_000_000


def file_of(milliseconds, *, rows=7, planned=False):
    """Operations one after the other, a second apart, that took so long."""
    file = ColumnFile.create(len(milliseconds), rows=rows)
    for index, ms in enumerate(milliseconds):
        columns, row = file.place(index)
        at = BEGIN + index * 10**9
        columns.intended[row] = at if planned else 0
        columns.started[row] = at + (2 * MS if planned else 0)
        columns.finished[row] = at + round(ms * MS)
        columns.user[row] = index % 3 + 1
        columns.operation[row] = index % 2
    return file


def test_the_ten_slowest_are_found_over_all_segments_and_files():
    some, more = file_of(range(1, 20)), file_of([100.5, 0.5, 17.5])
    found = slowest_rows([some, more], [0, 0], ("look", "buy"), BEGIN, BEGIN + 100 * 10**9)
    assert [round(row.response * 1000, 1) for row in found] == [
        100.5, 19.0, 18.0, 17.5, 17.0, 16.0, 15.0, 14.0, 13.0, 12.0
    ]  # fmt: skip
    assert [row.operation for row in found[:3]] == ["look", "look", "buy"]
    assert [row.user for row in found[:3]] == [1, 1, 3]
    some.close()
    more.close()


def test_warm_up_failures_and_what_never_started_are_left_out():
    file = file_of([500, 400, 300, 200, 100])
    columns, _ = file.place(0)
    columns.outcome[1] = Outcome.failed
    columns.outcome[2] = Outcome.timeout
    columns.started[3] = 0
    found = slowest_rows([file], [0], ("look", "buy"), BEGIN + 1, BEGIN + 10**10)
    assert [(row.outcome, round(row.response, 1)) for row in found] == [("timeout", 0.3), ("ok", 0.1)]
    file.close()


def test_response_runs_from_the_planned_start():
    file = file_of([50], planned=True)
    (row,) = slowest_rows([file], [1], ("look", "buy"), BEGIN, BEGIN + 10**10)
    (one,) = told([row], Around(), BEGIN, 2)
    assert (one.response, one.service, one.round, one.user, one.at) == (0.05, 0.048, 2, 0, 0.0)
    file.close()


ROW = SlowRow(BEGIN + 10 * MS, BEGIN + 10 * MS, BEGIN + 10 * MS, BEGIN + 110 * MS, "look", "ok", 0)


def kinds(row=ROW, **around):
    (one,) = told([row], Around(**around), BEGIN, 0)
    return [(reason.kind, reason.figures.get("seconds")) for reason in one.meanwhile]


def test_our_own_part_in_it_is_told():
    late = ROW._replace(dispatched=BEGIN + 40 * MS, started=BEGIN + 60 * MS)
    assert kinds(late) == [("slow_sent", 0.03), ("slow_queued", 0.02)]
    lag = LoopLag(
        array("q", [BEGIN, BEGIN + 100 * MS]), array("q", [1, 1]), array("q", [30 * MS, 50 * MS]), {}
    )
    assert kinds(lags=[lag]) == [("slow_loop", 0.03)]  # 20 ms of the first, 10 of the second


def test_the_collector_and_the_hypervisor_are_told():
    assert kinds(pauses=[(BEGIN + 20 * MS, 15 * MS), (BEGIN + 500 * MS, 90 * MS)]) == [
        ("slow_collector", 0.015)
    ]
    assert kinds(stolen=lambda since, until: (until - since) / 2e9) == [("slow_stolen", 0.05)]


def test_what_is_little_beside_it_is_not():
    assert kinds(pauses=[(BEGIN + 20 * MS, 4 * MS)], stolen=lambda _since, _until: 0.0049) == []
    quick = ROW._replace(finished=BEGIN + 11 * MS)
    assert kinds(quick, pauses=[(BEGIN + 10 * MS, MS // 2)]) == []


@pytest.mark.parametrize(
    ("began", "ended", "met"), [(0.0, 0.005, False), (0.0, 0.02, True), (0.1, None, True), (0.2, 0.3, False)]
)
def test_a_fault_of_that_moment_is_told(began, ended, met):
    fault = Incident("latency", "database", began, began=began, ended=ended)
    (one,) = told([ROW], Around(incidents=[fault]), BEGIN, 0)
    assert [reason.figures for reason in one.meanwhile] == [{"fault": "latency", "whom": "database"}] * met


def test_a_run_has_the_slowest_of_all_rounds():
    rounds = [
        [SlowOperation(0.0, "look", "ok", seconds / 10, 0.0, index) for seconds in range(index, 20, 2)]
        for index in (0, 1)
    ]
    found = merged(rounds)
    assert [one.response for one in found] == pytest.approx(np.arange(19, 9, -1) / 10)
    assert make_run(slowest=found).slowest[0].round == 1
