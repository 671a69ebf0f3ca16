"""Recordings from columns."""

from __future__ import annotations

import pytest
from support.recordings import with_rows

from suite.errors import ConfigurationError
from suite.measure.column_file import ColumnFile
from suite.measure.joined import joined
from suite.measure.recording import from_files
from suite.records.outcome import Outcome
from suite.records.recording import Recording
from suite.records.row import Row


def filled(rows: list[tuple[int, ...]], capacity: int = 8) -> ColumnFile:
    """Columns with rows of (intended, dispatched, started, finished, operation, outcome)."""
    file = ColumnFile.create(capacity)
    (columns,) = file
    for i, row in enumerate(rows):
        columns.intended[i], columns.dispatched[i], columns.started[i] = row[:3]
        columns.finished[i], columns.operation[i], columns.outcome[i] = row[3:]
    return file


def recorded(rows: list[tuple[int, ...]], planned: int = 0, begin: int = 0, end: int = 1000) -> Recording:
    file = filled(rows)
    recording = from_files([file], ["a", "b"], by_loop=[True], planned=[planned], begin=begin, end=end)
    copied = joined([*recording.pieces()], recording.names, begin, end)
    file.close()
    return copied


def test_a_closed_loops_rows_are_due_once_started():
    recording = recorded([(0, 0, 100, 150, 0, 0), (0, 0, 160, 0, 1, 0)])
    assert len(recording) == 2
    assert recording.counts()["unfinished"] == 1
    assert recording.intended.tolist() == [100, 160]
    assert recording.response_ns().tolist() == [50, 840]  # until the end, when we stopped looking


def test_all_planned_rows_are_due():
    recording = recorded(
        [(100, 101, 102, 110, 0, 0), (200, 201, 0, 0, 0, 0), (300, 0, 0, 0, 0, 0)], planned=3
    )
    assert recording.counts() == {
        "ok": 1, "rejected": 0, "timeout": 0, "failed": 0, "dropped": 2, "unfinished": 0,
    }  # fmt: skip
    assert recording.lateness_ns().tolist() == [1, 1]
    assert recording.service_ns().tolist() == [8, 0, 0]


def test_selections():
    recording = recorded(
        [(100, 0, 100, 110, 0, 0), (200, 0, 200, 220, 1, 3), (300, 0, 300, 310, 1, 0)], begin=200
    )
    assert len(recording.measured()) == 2
    assert len(recording.warmup()) == 1
    assert recording.of("b").with_outcome(Outcome.failed).response_ns().tolist() == [20]
    assert len(recording.of("nobody")) == 0
    assert len(recording.loop_only()) == 3


def test_rows_stamped_elsewhere_join_outside_the_loop():
    recording = with_rows(
        recorded([(100, 0, 100, 110, 0, 0)]), [Row("arrival", 100, 105, 130), Row("a", 1, 2, 3)]
    )
    assert recording.names == ("a", "b", "arrival")
    assert recording.of("arrival").response_ns().tolist() == [30]
    assert len(recording.loop_only()) == 1
    assert len(recording.of("a")) == 2
    assert len(with_rows(recording, [])) == 3


def test_a_row_with_an_unknown_outcome_is_refused():
    with pytest.raises(ConfigurationError, match="is no outcome"):
        with_rows(recorded([]), [Row("x", 1, 2, 3, "fine")])


def test_nothing_recorded():
    recording = from_files([], [], by_loop=[], planned=[], begin=0, end=0)
    assert len(recording) == 0
    assert sum(recording.counts().values()) == 0
