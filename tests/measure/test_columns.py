"""Columns in shared memory."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from suite.measure.columns import MEMORY_NAME, Columns


def test_new_columns_are_zero_and_nothing_is_left_when_closed():
    before = len(os.listdir("/proc/self/fd"))
    columns = Columns.create(10)
    for name in ("intended", "dispatched", "started", "finished", "operation", "outcome"):
        assert list(getattr(columns, name)) == [0] * 10
    with open("/proc/self/maps") as maps:
        assert MEMORY_NAME in maps.read()
    columns.close()
    columns.close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_columns_do_not_overlap():
    columns = Columns.create(3)
    for number, name in enumerate(
        ("intended", "dispatched", "started", "finished", "operation", "outcome"), 1
    ):
        for row in range(3):
            getattr(columns, name)[row] = number
    assert [getattr(columns, name)[2] for name in ("intended", "started", "outcome")] == [1, 3, 6]
    columns.close()


def test_another_process_writes_what_we_read():
    columns = Columns.create(4)
    script = (
        "import sys; from suite.measure.columns import Columns\n"
        "c = Columns.open(int(sys.argv[1]), int(sys.argv[2]), 4); c.started[0] = 7; c.outcome[3] = 2\n"
        "c.close()"
    )
    subprocess.run([sys.executable, "-c", script, str(os.getpid()), str(columns.descriptor)], check=True)
    assert columns.started[0] == 7
    assert columns.outcome[3] == 2
    columns.close()


@given(st.integers(0, 40), st.integers(0, 40))
def test_used_counts_started_rows(capacity, started):
    columns = Columns.create(capacity)
    started = min(started, capacity)
    for row in range(started):
        columns.started[row] = 1
    assert columns.used() == started
    columns.close()


def test_numpy_reads_without_copying():
    columns = Columns.create(2)
    columns.finished[1] = 5
    view = np.frombuffer(columns.finished, np.int64)
    assert view.tolist() == [0, 5]
    del view
    columns.close()
