"""Columns in shared memory, segment by segment."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.measure.column_file import ColumnFile
from suite.measure.memory_file import MEMORY_NAME

NAMES = ("intended", "dispatched", "started", "finished", "operation", "outcome")


@pytest.fixture
def created():
    files = []

    def make(*args, **kwargs):
        files.append(ColumnFile.create(*args, **kwargs))
        return files[-1]

    yield make
    for file in files:
        file.close()


def start(file, rows):
    """Start `rows` rows as a worker would: in order, into segments made as they are needed."""
    for row in range(rows):
        file.reach(row // file.rows).started[row % file.rows] = row + 1


def test_new_columns_are_zero_and_nothing_is_left_when_closed():
    before = len(os.listdir("/proc/self/fd"))
    file = ColumnFile.create(10)
    (columns,) = file
    for name in NAMES:
        assert list(getattr(columns, name)) == [0] * 10
    with open("/proc/self/maps") as maps:
        assert MEMORY_NAME in maps.read()
    file.close()
    file.close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_columns_do_not_overlap(created):
    for columns in (file := created(6, rows=3)):
        for number, name in enumerate(NAMES, 1):
            for row in range(3):
                getattr(columns, name)[row] = number
    assert [[getattr(columns, name)[2] for name in NAMES] for columns in file] == [[1, 2, 3, 4, 5, 6]] * 2


def test_another_process_writes_what_we_read(created):
    file = created(None, rows=4)
    script = (
        "import sys; from suite.measure.column_file import ColumnFile\n"
        "f = ColumnFile.open(int(sys.argv[1]), int(sys.argv[2]), 4, None)\n"
        "f.reach(0).started[0] = 7; f.reach(2).outcome[3] = 2"
    )
    subprocess.run([sys.executable, "-c", script, str(os.getpid()), str(file.descriptor)], check=True)
    first, _, third = file
    assert first.started[0] == 7
    assert third.outcome[3] == 2


@given(st.integers(0, 40), st.integers(1, 9), st.integers(0, 40))
def test_used_counts_started_rows(planned, rows, started):
    file = ColumnFile.create(planned, rows=rows)
    started = min(started, planned)
    start(file, started)
    assert file.used() == started
    assert [used for _, used in file.parts()] == [
        min(file.rows, started - first) for first in range(0, started, max(file.rows, 1))
    ]
    assert sum(file.size(i) for i in range(len(file) + 1)) == planned
    file.close()


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.integers(1, 4))
def test_a_file_without_a_plan_grows_as_it_is_written(steps, rows):
    file, started = ColumnFile.create(None, rows=rows), 0
    for step in steps:
        start(file, started + step)
        started += step
        assert file.used() == started
        assert len(file) == -(-started // rows)
    columns, row = file.place(started - 1)
    assert columns.started[row] == started
    file.close()


def test_what_is_cleared_is_free_again(created):
    file = created(None, rows=3)
    start(file, 8)
    assert file.used() == 8
    file.clear()
    assert file.used() == 0
    assert [list(columns.started) for columns in file] == [[0, 0, 0]] * 3


def test_a_segment_that_is_given_back_takes_no_memory_and_counts_on(created):
    file = created(None, rows=10_000)
    np.frombuffer(file.reach(0).started, np.int64)[:] = 1
    written = os.fstat(file.descriptor).st_blocks
    file.give_back(0)
    assert os.fstat(file.descriptor).st_blocks < written / 4
    assert file.used() == 10_000
    file.reach(1).started[0] = 1
    assert file.used() == 10_001
    writer = ColumnFile.open(os.getpid(), file.descriptor, 10_000, None)
    assert writer.used() == 10_001  # who has not looked before
    writer.close()


def test_numpy_reads_without_copying(created):
    (columns,) = created(2)
    columns.finished[1] = 5
    assert np.frombuffer(columns.finished, np.int64).tolist() == [0, 5]


def test_rows_that_are_due_are_found_over_all_segments():
    file = ColumnFile.create(10, rows=4)
    for position, (columns, rows) in enumerate(file.parts(10)):
        for row in range(rows):
            columns.intended[row] = 10 * (position * 4 + row)
    assert [file.due(moment) for moment in (-1, 0, 9, 30, 39, 40, 89, 90, 500)] == [
        0,
        1,
        1,
        4,
        4,
        5,
        9,
        10,
        10,
    ]
    file.close()
    empty = ColumnFile.create(0)
    assert empty.due(5) == 0
    empty.close()
