"""Plans that memory has no room for."""

from __future__ import annotations

from typing import Any

import pytest
from examples.load_echo import Talker, echo_server

from suite import Workload, closed_loop, open_loop
from suite.config.settings import Settings
from suite.engine import planned_room
from suite.engine.coordinator import run
from suite.engine.planned_room import check_room, planned_rows
from suite.engine.progress import Silent
from suite.errors import ConfigurationError
from suite.measure.columns import ROW_BYTES


@pytest.mark.parametrize(
    ("loop", "rows"),
    [
        (closed_loop(4, operations=100, warmup=3), 103),
        (closed_loop(4, each=10, warmup=2), 48),
        (closed_loop(4, seconds=10), None),
        (open_loop(100, 10, warmup=2), 1200),
        (open_loop(100, 10, arrivals="ramp"), 500),
        (open_loop(stages=[(100, 2), (50, 4)]), 400),
    ],
)
def test_what_a_loop_plans_is_known_before(loop: Any, rows: int | None) -> None:
    assert planned_rows(loop) == rows


@pytest.mark.parametrize("there", [None, 1000 * ROW_BYTES, 10**15])
def test_what_fits_is_not_refused(monkeypatch: Any, there: int | None) -> None:
    monkeypatch.setattr(planned_room, "room", lambda: there)
    check_room("fits/here", closed_loop(operations=1000))


@pytest.mark.parametrize(
    ("loop", "said"),
    [
        (
            closed_loop(operations=1001),
            "too/much: 1,001 operations take 39 kB to record, and there is memory for 1,000; "
            "give fewer operations, or more memory",
        ),
        (
            open_loop(1001, 1),
            "too/much: 1,001 operations take 39 kB to record, and there is memory for 1,000; "
            "give a lower rate or fewer seconds, or more memory",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_the_figures(monkeypatch: Any, loop: Any, said: str) -> None:
    monkeypatch.setattr(planned_room, "room", lambda: 1000 * ROW_BYTES)
    with pytest.raises(ConfigurationError) as caught:
        check_room("too/much", loop)
    assert str(caught.value) == said
    assert caught.value.exit_code == 2


def test_nothing_is_started_of_such_a_plan() -> None:
    started: list[str] = []

    class Watching(Silent):
        def phase(self, *told: Any) -> None:
            started.append(told[-1])

    workload = Workload("too/much", echo_server(), Talker, loop=closed_loop(operations=10**13))
    with pytest.raises(ConfigurationError, match="too/much: 10,000,000,000,000 operations take 390,000 GB"):
        run(workload, Settings(rounds=1), progress=Watching())
    assert started == []
