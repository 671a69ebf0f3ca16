"""Rows counted while they are written: each once, and by no work of who writes them."""

from __future__ import annotations

from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.measure import ended_rows
from suite.measure.column_file import ColumnFile
from suite.measure.ended_rows import RowCounter
from suite.records.outcome import Outcome

steps = st.lists(st.tuples(st.integers(0, 7), st.lists(st.integers(0, 60), max_size=8)), max_size=10)


@given(steps, st.integers(1, 5), st.integers(2, 50))
def test_each_row_is_told_once_when_it_has_ended(steps, rows, most):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ended_rows, "_MOST", most)
        file, choices = ColumnFile.create(None, rows=rows), array("H", [0, 1, 2])
        counter, started, ended, told = RowCounter(file, choices, 0), 0, set(), []
        for begun, ends in steps:
            for row in range(started, started + begun):
                file.reach(row // rows).started[row % rows] = row + 1
            started += begun
            for row in {row for row in ends if row < started} - ended:
                file.reach(row // rows).finished[row % rows] = row + 1_000
                ended.add(row)
            for part in counter.take(10_000, 0):
                told += [int(at) - 1 for at in part.started]
                assert set(told) <= ended
                assert part.of(1).tolist() == [(at - 1) % rows % 3 == 1 for at in part.started.tolist()]
        for _ in range(started):  # what waited for its turn comes in the end
            told += [int(at) - 1 for part in counter.take(10_000, 0) for at in part.started]
        assert sorted(told) == sorted(ended)
        file.close()


def opened(count, start, every=1_000, rows=64):
    """A file of planned rows from `start` on, of which none has started."""
    file = ColumnFile.create(count, rows=rows)
    for position, (columns, some) in enumerate(file.parts(count)):
        due = start + (np.arange(some) + position * rows) * every
        np.frombuffer(columns.intended, np.int64)[:some] = due
    return file


def test_of_planned_rows_those_that_are_due_are_looked_at():
    file = opened(100, 5_000_000_000)
    counter = RowCounter(file, array("H", [0]), 5_000_000_000, planned=True, warmup=20_000)
    columns = file.reach(0)
    for row in range(50):
        columns.dispatched[row] = columns.started[row] = 5_000_000_000 + row * 1_000 + 7
        columns.finished[row] = columns.started[row] + 100
    (part,) = counter.take(5_000_000_000 + 60_000, 5_000_000_000 + 20_000)
    assert len(part) == 50
    assert part.measured.sum() == 30
    assert set(part.late.tolist()) == {7}
    assert (part.finished - part.intended == 107).all()
    assert counter.due == 41
    assert counter.undispatched == 0  # they were due a moment ago
    assert [*counter.take(6_000_000_000, 5_000_020_000)] == []
    assert counter.undispatched == 50
    file.close()


def test_what_nobody_could_take_is_dropped_after_a_while():
    file = opened(3, 1_000)
    counter = RowCounter(file, array("H", [0]), 1_000, planned=True, patience=1_000_000)
    for row in range(3):
        file.reach(0).dispatched[row] = 1_000 + row * 1_000
    assert [*counter.take(500_000, 0)] == []
    (part,) = counter.take(5_000_000, 0)
    assert part.outcome.tolist() == [Outcome.dropped] * 3
    assert [*counter.take(9_000_000, 0)] == []
    file.close()


def test_of_a_counted_warm_up_rows_wait_until_it_is_over_everywhere():
    file = ColumnFile.create(10)
    counter = RowCounter(file, array("H", [0]), 0, warm=2)
    columns = file.reach(0)
    assert counter.warm_until() is None
    for row in range(4):
        columns.started[row], columns.finished[row] = 100 + row, 200 + row
    assert counter.warm_until() == 102
    (warm,) = counter.take(1_000, None)
    assert (warm.started.tolist(), warm.measured.any()) == ([100, 101], False)
    (rest,) = counter.take(1_000, 103)
    assert (rest.started.tolist(), rest.measured.tolist()) == ([102, 103], [False, True])
    file.close()
