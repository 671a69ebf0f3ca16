"""Plans that memory has no room for."""

from __future__ import annotations

from typing import Any

import pytest
from examples.load_echo import Talker, echo_server

from suite import Workload, closed_loop, open_loop
from suite.config.settings import Settings
from suite.engine import planned_room
from suite.engine.coordinator import run
from suite.engine.plan import RoundPlan
from suite.engine.planned_room import check_parties, check_room, planned_rows
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


@pytest.mark.parametrize(
    ("users", "workers", "said"),
    [
        (1025, 1, "1,025 users take 5.25 MB at least, and there is memory for 1,024"),
        (2, 3, "3 workers take 31.5 MB at least, and there is memory for 2"),
    ],
)
def test_users_and_workers_that_have_no_room_are_refused(
    monkeypatch: Any, users: int, workers: int, said: str
) -> None:
    """`--users 100000000` took all memory of the machine before a user was in the system."""
    monkeypatch.setattr(planned_room, "room", lambda: 5 << 20 if workers == 1 else 20 << 20)
    with pytest.raises(ConfigurationError) as caught:
        check_parties("too/many", closed_loop(users, seconds=1), workers)
    assert str(caught.value) == f"too/many: {said}; give fewer, or more memory"
    check_parties("fits/here", closed_loop(users - 1, seconds=1), workers - 1)


@pytest.mark.parametrize("live", [False, True])
def test_no_round_is_planned_for_them(live: bool) -> None:
    workload = Workload("too/many", echo_server(), Talker, loop=closed_loop(10**11, seconds=1))
    with pytest.raises(ConfigurationError, match="too/many: 100,000,000,000 users take 512,000 GB at least"):
        RoundPlan(workload, 1, 1, live=live)


def test_nothing_is_started_of_such_a_plan() -> None:
    started: list[str] = []

    class Watching(Silent):
        def phase(self, *told: Any) -> None:
            started.append(told[-1])

    workload = Workload("too/much", echo_server(), Talker, loop=closed_loop(operations=10**13))
    with pytest.raises(ConfigurationError, match="too/much: 10,000,000,000,000 operations take 390,000 GB"):
        run(workload, Settings(rounds=1), progress=Watching())
    assert started == []
