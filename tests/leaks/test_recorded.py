"""What recordings tell, against a slow oracle and against scripts that know what they hold."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.traced import traced

from suite.leaks.recorded import Intervals, read

_PYMALLOC, _MALLOC = 2, 6
interval = st.tuples(
    st.integers(0, 20), st.one_of(st.none(), st.integers(0, 21)), st.integers(1, 5), st.integers(1, 999)
).map(
    lambda values: SimpleNamespace(
        allocated_before_snapshot=values[0],
        deallocated_before_snapshot=None if values[1] is None else max(values[0], values[1]),
        n_allocations=values[2],
        n_bytes=values[2] * values[3],
    )
)
record = st.tuples(st.sampled_from([_PYMALLOC, _MALLOC]), st.lists(interval, max_size=8)).map(
    lambda pair: SimpleNamespace(allocator=pair[0], intervals=pair[1])
)


def given_by_the_allocator(allocator, one):
    size = one.n_bytes // one.n_allocations
    if allocator != _PYMALLOC or size > 512:
        size += 8
    return one.n_allocations * -(-size // 16) * 16


def live(one, snapshot):
    if one.allocated_before_snapshot > snapshot:
        return False
    return one.deallocated_before_snapshot is None or snapshot < one.deallocated_before_snapshot


@given(st.lists(record, max_size=5), st.lists(st.integers(-1, 20), min_size=1, max_size=6).map(sorted))
def test_columns_sum_up_to_what_each_interval_holds(records, seen):
    rows = Intervals(np.array(seen))
    for one in records:
        rows.add(one)
    levels = rows.levels(never=21)
    assert levels.shape == (3, len(records), len(seen))
    for row, one in enumerate(records):
        for column, snapshot in enumerate(seen):
            held = [part for part in one.intervals if live(part, snapshot)]
            assert levels[:, row, column].tolist() == [
                sum(part.n_bytes for part in held),
                sum(part.n_allocations for part in held),
                sum(given_by_the_allocator(one.allocator, part) for part in held),
            ]


@pytest.fixture(scope="module")
def slots(tmp_path_factory):
    return traced(tmp_path_factory.mktemp("slots"), "traced_slots", "7")


def filled(recorded):
    return sum(stack.levels[0] for stack in recorded.stacks if stack.python[0][0] == "fill")


def test_live_bytes_at_each_mark_are_those_that_the_script_holds(slots):
    (path,) = slots.recordings.values()
    recorded = read(path, [mark.at for mark in slots.marks])
    assert recorded.covered == len(slots.marks)
    assert len(set(slots.notes)) > 5
    assert filled(recorded).tolist() == slots.notes


@pytest.mark.rounds
def test_nothing_is_held_before_the_start_and_after_the_end(slots):
    (path,) = slots.recordings.values()
    last = slots.marks[-1].at
    recorded = read(path, [slots.marks[0].at - 100, slots.marks[0].at, last, last + 100])
    assert recorded.covered == 4
    assert filled(recorded).tolist() == [0, 0, slots.notes[-1], 0]
    assert all(stack.levels[:, [0, 3]].tolist() == [[0, 0]] * 3 for stack in recorded.stacks)


def test_fewer_marks_are_the_same_marks(slots):
    (path,) = slots.recordings.values()
    recorded = read(path, [mark.at for mark in slots.marks]).until(4)
    assert recorded.covered == 4
    assert filled(recorded).tolist() == slots.notes[:4]
