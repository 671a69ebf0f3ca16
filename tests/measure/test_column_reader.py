"""Columns read while they are written."""

import os
from array import array

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from suite.measure.column_file import ColumnFile
from suite.measure.column_reader import ColumnReader

steps = st.lists(st.tuples(st.integers(0, 7), st.lists(st.integers(0, 60), max_size=8)), max_size=10)


@given(steps, st.integers(1, 5))
def test_each_row_is_read_once_when_it_has_ended_and_the_rest_at_the_end(steps, rows):
    file, choices = ColumnFile.create(None, rows=rows), array("H", [0, 1, 2])
    reader, started, ended, read = ColumnReader(file, choices), 0, set(), []
    for begun, ends in steps:
        for row in range(started, started + begun):
            file.reach(row // rows).started[row % rows] = row + 1
        started += begun
        fresh = {row for row in ends if row < started} - ended
        for row in fresh:
            file.reach(row // rows).finished[row % rows] = row + 1_000
        ended |= fresh
        parts = reader.take()
        taken = [int(at) - 1 for part in parts for at in part.started]
        assert sorted(taken) == sorted(fresh)
        read += taken
        for part in parts:
            assert part.operation.tolist() == [(at - 1) % rows % 3 for at in part.started.tolist()]
            assert np.array_equal(part.finished - part.started, np.full(len(part), 999))
    left = reader.take(rest=True)
    assert sorted([*read, *(int(at) - 1 for part in left for at in part.started)]) == list(range(started))
    assert sum(part.counts()["unfinished"] for part in left) == started - len(ended) == sum(map(len, left))
    assert reader.take(rest=True) == []
    file.close()


def test_what_has_been_read_takes_no_memory():
    file = ColumnFile.create(None, rows=10_000)
    reader, most, read = ColumnReader(file, array("H", [0])), 0, 0
    for segment in range(20):
        columns = file.reach(segment)
        np.frombuffer(columns.started, np.int64)[:] = 1
        np.frombuffer(columns.finished, np.int64)[:] = 2
        del columns
        read += sum(map(len, reader.take()))
        most = max(most, os.fstat(file.descriptor).st_blocks * 512)
    assert read == 200_000
    assert most < 2 * 10_000 * 35
    file.close()
