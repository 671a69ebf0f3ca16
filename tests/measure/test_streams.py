"""First times, gaps, good operations: from marks, against a slow oracle and by hand."""

from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.contract.loop import closed_loop, open_loop
from suite.measure.column_file import ColumnFile
from suite.measure.mark_file import MarkFile
from suite.measure.recording import from_files
from suite.measure.resources import Resources
from suite.measure.statistics import measure_round
from suite.measure.streams import Streams, good, streaming
from suite.records.marks import Marks
from suite.records.outcome import Outcome
from suite.records.recording import Recording

MS = 1_000_000
ALL = slice(None)


def recorded(*rows, marks=(), names=("ask", "listen")) -> Recording:
    """Rows of (operation, outcome, intended, started, finished), marks of (row, since, at): in ms."""
    operation, outcome, *times = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    intended, started, finished = (column * MS for column in times)
    columns = np.array(marks, np.int64).reshape(-1, 3).T
    return Recording(
        names,
        operation.astype(np.uint16),
        outcome.astype(np.uint8),
        intended,
        started,
        started,
        finished,
        np.ones(len(operation), np.bool_),
        0,
        1000 * MS,
        marks=Marks(columns[0], columns[1] * MS, columns[2] * MS) if marks else None,
    )


def every(recording):
    return np.ones(len(recording), np.bool_)


def sorted_of(times):
    ok, beyond = times
    return sorted(round(n / MS) for n in ok), sorted(round(n / MS) for n in beyond)


def streams_of(recording):
    return Streams(recording, streaming(recording))


def test_the_first_runs_from_the_intended_start_and_gaps_lie_within_an_operation():
    recording = recorded(
        (1, 0, 100, 110, 200),
        (1, 0, 300, 300, 400),
        marks=[(0, 0, 150), (0, 150, 157), (1, 157, 320), (1, 320, 380), (1, 0, 390)],
    )
    streams = streams_of(recording)
    assert sorted_of(streams.times("first", every(recording))) == ([20, 50], [])
    assert sorted_of(streams.times("gap", every(recording))) == ([7, 60], [])
    assert (streams.longest_gap() // MS).tolist() == [7, 60]


def test_what_lay_there_before_the_operation_came_at_once():
    recording = recorded((1, 0, 100, 110, 200), marks=[(0, 0, 90), (0, 90, 120)])
    streams = streams_of(recording)
    assert sorted_of(streams.times("first", every(recording))) == ([10], [])
    assert sorted_of(streams.times("gap", every(recording))) == ([], [])


OK, REJECTED, TIMEOUT, FAILED, DROPPED, UNFINISHED = Outcome


@pytest.mark.parametrize(
    ("outcome", "marks", "first", "gap"),
    [
        (OK, [(0, 110), (110, 120)], ([10], []), ([10], [])),
        (FAILED, [(0, 110), (110, 120)], ([], []), ([], [])),
        (REJECTED, [(0, -190)], ([], []), ([], [])),
        (TIMEOUT, [(0, -190)], ([], [100]), ([], [])),
        (TIMEOUT, [(0, 110), (110, -190)], ([10], []), ([], [80])),
        (TIMEOUT, [(0, 110), (110, 120), (120, -130), (120, -190)], ([10], []), ([10], [70])),
        (TIMEOUT, [(0, 110), (110, 120)], ([10], []), ([10], [])),  # its stream had ended well
        (UNFINISHED, [(0, 110), (110, -190)], ([10], []), ([], [80])),
        (OK, [(0, -190)], ([], [100]), ([], [])),  # a stream of nothing
        (OK, [(0, 110), (110, -190)], ([10], []), ([], [])),  # who awaited more went on without
    ],
)
def test_what_did_not_come_is_a_lower_bound(outcome, marks, first, gap):
    recording = recorded((1, outcome, 100, 100, 200), marks=[(0, *mark) for mark in marks])
    streams = streams_of(recording)
    assert sorted_of(streams.times("first", every(recording))) == first
    assert sorted_of(streams.times("gap", every(recording))) == gap


def test_of_an_operation_that_streams_those_dropped_count_too_and_of_others_none():
    recording = recorded(
        (1, 0, 100, 100, 200),
        (1, DROPPED, 900, 0, 0),
        (0, TIMEOUT, 100, 100, 300),
        (0, 0, 100, 100, 300),
        marks=[(0, 0, 150)],
    )
    streams = streams_of(recording)
    assert sorted_of(streams.times("first", every(recording))) == ([50], [100])
    assert streams.streams.tolist() == [True, False, False, False]


ends = st.sampled_from([OK, TIMEOUT, FAILED])
streamed = st.lists(st.tuples(ends, st.lists(st.integers(1, 90), max_size=6), st.booleans()), min_size=1)


@given(streamed)
def test_against_a_slow_oracle(operations):
    rows, marks, firsts, gaps = [], [], [], []
    for n, (outcome, steps, in_vain) in enumerate(operations):
        start = 1000 * (n + 1)
        rows.append((1, outcome, start, start, start + 700))
        at = since = 0
        for step in steps:
            at = (since or start) + step
            marks.append((n, since, at))
            if outcome != FAILED:
                (gaps if since else firsts).append(step)
            since = at
        if in_vain:
            marks.append((n, since, -(start + 650)))
    if not marks:
        return
    streams = streams_of(recorded(*rows, marks=marks))
    assert sorted_of(streams.times("first", np.ones(len(rows), np.bool_)))[0] == sorted(firsts)
    assert sorted_of(streams.times("gap", np.ones(len(rows), np.bool_)))[0] == sorted(gaps)


ROWS = recorded(
    (1, 0, 100, 100, 200),
    (1, 0, 100, 100, 400),
    (1, TIMEOUT, 100, 100, 150),
    (0, 0, 100, 100, 250),
    (1, 0, 100, 100, 120),
    marks=[(0, 0, 130), (0, 130, 190), (1, 0, 110), (1, 110, 120), (4, 0, -120)],
)


@pytest.mark.parametrize(
    ("limits", "held"),
    [
        ({"response": 0.2}, [0, 3, 4]),
        ({"response": 0.2, "response@listen": 0.05}, [3, 4]),
        ({"response@ask": 0.1}, [0, 1, 4]),
        ({"first": 0.02}, [1, 3]),  # 3 doesn't stream; of 4 nothing came
        ({"first": 0.03}, [0, 1, 3]),
        ({"first@ask": 0.03}, [0, 1, 4]),
        ({"gap": 0.05}, [1, 3, 4]),
        ({"first": 0.02, "gap": 0.05, "response": 0.2}, [3]),
        ({"response": 1.0}, [0, 1, 3, 4]),
    ],
)
def test_good_operations_went_well_within_their_limits(limits, held):
    assert np.flatnonzero(good(ROWS, streams_of(ROWS), limits)).tolist() == held


def test_without_any_stream_limits_on_streams_hold_for_those_named_only():
    recording = recorded((0, 0, 100, 100, 200), (1, 0, 100, 100, 200))
    assert good(recording, streams_of(recording), {"first": 0.02, "gap": 0.02}).all()
    assert good(recording, streams_of(recording), {"first@listen": 0.02}).tolist() == [True, False]


def measured(recording, **more):
    return measure_round(
        recording, **{"loop": open_loop(10, 1), "resources": Resources.absent("not sampled"), **more}
    )


def test_a_rounds_metrics_and_what_merges():
    one = measured(ROWS, limits=MappingProxyType({"first": 0.02}))
    assert one.metrics["good"] == 2 / 5
    assert one.metrics["good@listen"] == 1 / 4
    assert one.sums["good@ask"] == 1
    assert one.metrics["first.min"] == one.metrics["first.min@listen"] == 0.01
    assert one.metrics["gap.max"] == 0.06
    assert one.histograms["gap"].count == 2
    assert "first.max" in one.at_least
    assert one.notes["gap.p99"] == "needs 1,000 samples, has 2"
    assert not [name for name in one.metrics if name.startswith("first.") and name.endswith("@ask")]


def test_without_streams_there_is_nothing_of_them():
    one = measured(recorded((0, 0, 100, 100, 200)), loop=closed_loop(1, seconds=1))
    assert not [name for name in one.metrics if name.startswith(("first", "gap", "good"))]
    assert "good" not in one.sums


def test_marks_find_their_rows_over_all_files():
    def filled(count, capacity):
        file = ColumnFile.create(None, rows=capacity)
        for n in range(count):
            columns = file.reach(n // capacity)
            columns.started[n % capacity] = columns.finished[n % capacity] = 10 + n
            columns.operation[n % capacity] = 1
        return file

    def marked(*marks):
        file = MarkFile.create()
        for mark in marks:
            file.add(*mark)
        return file

    # two workers: a group and nested operations each
    files = [filled(5, 4), filled(3, 4), filled(2, 4), filled(4, 4)]
    marks = [marked((4, -1, 0, 99), (2, 1, 5, 77)), None, marked((1, 3, 0, -55)), None]
    recording = from_files(
        files, ["a", "b"], by_loop=[True, False, True, False], planned=[0] * 4, begin=0, end=100, marks=marks
    )
    assert recording.marks is not None
    found = sorted(
        zip(
            *(c.tolist() for c in (recording.marks.row, recording.marks.since, recording.marks.at)),
            strict=True,
        )
    )
    assert found == [(2, 5, 77), (4, 0, 99), (6, 5, 77), (9, 0, -55), (13, 0, -55)]
    nested = recording.where(~recording.by_loop)
    assert nested.marks is not None
    assert nested.marks.row.tolist() == [1, 6]
    for file in (*files, *filter(None, marks)):
        file.close()
