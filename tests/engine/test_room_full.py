"""A timed closed loop whose memory is full."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

from examples.load_full import LOOP, null_here

from suite import closed_loop
from suite.config.catalog import reference_to
from suite.config.settings import Settings
from suite.engine.closed import ClosedUsers
from suite.engine.error_counts import ErrorCounts
from suite.engine.nested import Nested
from suite.engine.progress import Silent
from suite.engine.round import run_round
from suite.engine.segment import Segment
from suite.engine.workload_spec import WorkloadSpec
from suite.measure import column_file
from suite.measure.column_file import SEGMENT_ROWS, ColumnFile
from suite.report.reasons import words


def test_a_segment_is_the_last_where_there_is_no_room_for_another(monkeypatch: Any) -> None:
    asked = itertools.chain([True, False], itertools.repeat(False))
    monkeypatch.setattr(column_file, "has_room", lambda _: next(asked))
    file = ColumnFile.create(rows=4)
    second = Segment(file, bounded=True).after()
    assert second is not None
    assert file.full_at == 0
    assert second.after() is None
    assert file.full_at > 0
    noted = file.full_at
    assert second.after() is None
    assert file.full_at == noted
    file.close()


def test_what_is_planned_has_its_room_from_the_start(monkeypatch: Any) -> None:
    monkeypatch.setattr(column_file, "has_room", lambda _: False)
    file = ColumnFile.create(10, rows=4)
    assert Segment(file, bounded=True).after() is not None
    file.close()


def test_a_live_round_gives_its_segments_back_and_goes_on(monkeypatch: Any) -> None:
    monkeypatch.setattr(column_file, "has_room", lambda _: False)
    file = ColumnFile.create(rows=4)
    group: Any = SimpleNamespace(file=file, plan=SimpleNamespace(live=True))
    users = ClosedUsers(group, closed_loop(1, seconds=1), 0)
    assert users._after(users._segment) is not None
    file.close()


def test_nested_operations_that_find_no_room_are_counted_as_lost(monkeypatch: Any) -> None:
    monkeypatch.setattr(column_file, "has_room", lambda _: False)
    file = ColumnFile.create(rows=2)
    nested = Nested(file, ("inner",), ErrorCounts())
    assert [nested.begin("inner") for _ in range(4)] == [0, 1, -1, -1]
    nested.end(-1, None)
    assert nested.lost == 2
    file.close()


def test_a_round_ends_when_there_is_no_more_room_and_says_so() -> None:
    """An object of which nothing is heard between its operations: the load file says that memory is full."""
    found = run_round(WorkloadSpec(reference_to(null_here), Settings(rounds=1, workers=1)), 0, Silent())
    assert found.failure is None, found.failure
    assert found.stopped is not None
    assert found.stopped.kind == "room_full"
    assert words(found.stopped).startswith(f"after {SEGMENT_ROWS:,} operations there was no memory left")
    assert found.outcomes[""]["ok"] == SEGMENT_ROWS
    assert found.sums["seconds"] < (LOOP.seconds or 0)
    assert found.sums["completed"] >= 0.99 * SEGMENT_ROWS
