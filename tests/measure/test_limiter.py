"""Which limiter the figures name, case by case."""

from __future__ import annotations

import pytest

from suite import closed_loop, open_loop
from suite.measure.limiter import limiter
from suite.records.evidence import Evidence

CLOSED, OPEN = closed_loop(8, seconds=4), open_loop(200, 4)


def closed(**figures):
    """Eight users, 800/s, each getting what an idle system gives; a quarter of one core of four used."""
    usual = {
        "wall": 4.0, "worker_cpu": (0.2,), "worker_delay": (0.01,), "system_cpu": 0.25, "system_cores": 4,
        "busiest_thread": 0.25, "busiest_thread_delay": 0.0, "busiest_process": 0.25, "threads_locked": 0.0,
        "threads_blocked": 0.0, "pressure_io": 0.0, "delivered": 800.0, "completed": 800.0, "due": 3200,
        "samples": 3200, "in_flight": 8.0, "little": 8.0, "busy": 8.0, "at_once": 7.5,
    }  # fmt: skip
    return Evidence(**{**usual, **figures})


def opened(**figures):
    """200/s planned and done, two in flight on average."""
    usual = {
        "planned": 200.0, "dispatched": 200.0, "delivered": 199.0, "completed": 199.0, "due": 800,
        "lateness_p50": 3e-5, "in_flight": 2.0, "little": 2.0, "busy": 2.0, "at_once": 1.9, "backlog": 1,
    }  # fmt: skip
    return closed(**{**usual, **figures})


BEHIND = {"delivered": 150.0, "completed": 150.0, "backlog": 100, "in_flight": 100.0, "little": 90.0}


@pytest.mark.parametrize(
    ("figures", "kind", "says"),
    [
        ({}, "loop", "8 users, each waiting for its answer; the system used 0.25 of 4 cores"),
        ({"worker_cpu": (0.2, 0.97), "worker_delay": (0.0, 0.01)}, "generator", "worker 1 used 97 %"),
        ({"worker_cpu": (0.6,), "worker_delay": (0.38,)}, "generator", "60 % of a core and waited for one"),
        ({"rejected": 320}, "limit", "320 of 3,200 operations were rejected (10 %)"),
        ({"rejected": 3}, "loop", "8 users"),
        ({"system_cpu": 3.8, "busiest_thread": 0.97}, "cpu", "3.8 of 4 cores, all that it has"),
        ({"busiest_thread": 0.98}, "cpu", "one thread used 98 % of a core; it has 4 cores"),
        ({"busiest_thread": 0.7, "busiest_thread_delay": 0.28}, "cpu", "and waited for one 28 % of the time"),
        ({"busiest_process": 0.99}, "cpu", "as under one interpreter lock"),
        ({"system_cpu": 0.95, "system_cores": 1, "at_once": 1.0}, "cpu", "0.95 of 1 core"),
        ({"threads_blocked": 0.9, "pressure_io": 0.7, "at_once": 1.0}, "disk", "stalled for it 70 %"),
        ({"threads_blocked": 0.9, "pressure_io": None}, "disk", "0.9 of the system's threads"),
        ({"threads_blocked": 0.1, "pressure_io": 0.9}, "loop", "8 users"),  # another program's disk
        ({"at_once": 1.0, "threads_locked": 6.9}, "wait", "a lock in the system: of 8 operations in it 1"),
        ({"at_once": 2.0}, "wait", "a lock or a pool in the system: of 8 operations in it 2 at a time"),
        ({"at_once": 2.0, "busiest_thread": 0.7}, "cpu", "its busiest thread used 70 % of a core"),
        ({"at_once": 2.0, "worker_cpu": (0.8,)}, "generator", "its busiest worker used 80 % of a core"),
        ({"system_cpu": None, "at_once": 7.0}, "loop", "each waiting for its answer"),
        ({"busy": 3.0}, "unknown", "nothing that shows"),
        ({"retransmitted": 0.2, "line": 0.9}, "loop", "8 users"),  # nothing of ours goes over a line
    ],
)  # fmt: skip
def test_closed_loops(figures, kind, says):
    found = limiter(closed(**figures), loop=CLOSED)
    assert found.kind == kind, found
    assert says in found.text


@pytest.mark.parametrize(
    ("figures", "kind", "says"),
    [
        ({}, "plan", "200 /s were planned and done, nothing piled up; the system used 0.25 of 4 cores"),
        ({"busiest_thread": 0.97}, "plan", "200 /s"),  # busy, and yet all was done
        ({**BEHIND, "busiest_thread": 0.97}, "cpu", "one thread used 97 %"),
        ({**BEHIND, "worker_cpu": (0.99,)}, "generator", "75 % of the planned load was delivered"),
        ({**BEHIND, "dispatched": 150.0}, "generator", "it came to 75 % of the planned starts"),
        ({**BEHIND, "lateness_p50": 0.3}, "generator", "half of its sends were 300 ms late or more"),
        ({**BEHIND, "busy": 50.0, "at_once": 1.5}, "wait", "1.5 at a time were served"),
        ({**BEHIND, "busy": 50.0, "at_once": 45.0}, "unknown", "nothing"),
    ],
)
def test_open_loops(figures, kind, says):
    found = limiter(opened(**figures), loop=OPEN)
    assert found.kind == kind, found
    assert says in found.text


def test_an_open_loop_with_too_few_users():
    found = limiter(opened(**BEHIND, busy=8.0, at_once=7.5), loop=open_loop(200, 4, users=8))
    assert (found.kind, found.text[:17]) == ("loop", "the loop: 8 users")


def test_a_long_flight_is_no_backlog():
    figures = {"delivered": 150.0, "in_flight": 100.0, "little": 100.0, "backlog": 12, "busy": 100.0}
    assert limiter(opened(**figures, at_once=95.0), loop=OPEN).kind == "plan"


def test_what_was_dropped_was_not_done():
    few = open_loop(200, 4, users=8, busy="drop")
    found = limiter(opened(dropped=300, delivered=125.0, backlog=0, busy=8.0, at_once=7.6), loop=few)
    assert found.kind == "loop"


def test_the_network_is_named_only_where_there_is_one():
    assert limiter(closed(retransmitted=0.02), loop=CLOSED, remote=True).text == (
        "the network: 2 % of all TCP segments had to be sent again"
    )
    assert "a line carried 93 %" in limiter(closed(line=0.93), loop=CLOSED, remote=True).text


def test_a_pools_own_counters_count():
    found = limiter(closed(), loop=CLOSED, own={"pool.waits": 130.0, "pool.size": 2.0, "fps": 3.0})
    assert found.kind == "wait"
    assert found.text.startswith("waiting for a pool in the system: pool.waits is 130, pool.size is 2")
    assert limiter(closed(), loop=CLOSED, own={"pool.waits": 0.0, "pool.size": 2.0}).kind == "loop"


def test_a_component_is_no_generator():
    figures = {"worker_cpu": (), "worker_delay": (), "busiest_thread": 0.99}
    assert limiter(closed(**figures), loop=CLOSED, component=True).kind == "cpu"


def test_users_that_think():
    thinking = closed_loop(8, seconds=4, think=0.1)
    assert "in an operation or its think time" in limiter(closed(), loop=thinking).text


def test_nothing_known():
    assert limiter(Evidence(), loop=CLOSED).text.endswith("the system runs elsewhere and can't be read")
    assert limiter(Evidence(), loop=OPEN).kind == "unknown"
