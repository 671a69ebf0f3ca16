"""Which limiter the figures name, case by case."""

from __future__ import annotations

import pytest

from suite import closed_loop, open_loop
from suite.measure.limiter import limiter
from suite.records.evidence import Evidence
from suite.records.reason import Reason

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


def holds(found, kind, figures):
    """Whether `found` is of that kind and has these figures among its own."""
    assert found.kind == kind, found
    assert {name: found.figures.get(name) for name in figures} == pytest.approx(figures)


@pytest.mark.parametrize(
    ("figures", "kind", "says"),
    [
        ({}, "loop", {"users": 8, "thinking": 0.0, "used": 0.25, "cores": 4}),
        ({"worker_cpu": (0.2, 0.97), "worker_delay": (0.0, 0.01)}, "generator", {"worker": 1, "cpu": 0.97}),
        ({"worker_cpu": (0.6,), "worker_delay": (0.38,)}, "generator", {"worker": 0, "delay": 0.38}),
        (
            {"blocked": 0.9, "blocked_by": "get", "blocked_at": "load.py:7", "at_once": 0.1},
            "generator",
            {"blocked": 0.9, "operation": "get", "place": "load.py:7"},
        ),
        ({"blocked": 0.1, "blocked_by": "get", "blocked_at": "load.py:7"}, "loop", {}),
        ({"rejected": 320}, "limit", {"rejected": 320, "due": 3200}),
        ({"rejected": 3}, "loop", {"users": 8}),
        ({"system_cpu": 3.8, "busiest_thread": 0.97}, "cpu", {"used": 3.8, "cores": 4}),
        ({"busiest_thread": 0.98}, "cpu", {"thread": 0.98, "delay": 0.0, "cores": 4}),
        ({"busiest_thread": 0.7, "busiest_thread_delay": 0.28}, "cpu", {"thread": 0.7, "delay": 0.28}),
        ({"busiest_process": 0.99}, "cpu", {"process": 0.99}),
        ({"system_cpu": 0.95, "system_cores": 1, "at_once": 1.0}, "cpu", {"used": 0.95, "cores": 1}),
        (
            {"threads_blocked": 0.9, "pressure_io": 0.7, "at_once": 1.0},
            "disk",
            {"threads": 0.9, "stalled": 0.7},
        ),
        ({"threads_blocked": 0.9, "pressure_io": None}, "disk", {"threads": 0.9}),
        ({"threads_blocked": 0.1, "pressure_io": 0.9}, "loop", {}),  # another program's disk
        ({"at_once": 1.0, "threads_locked": 6.9}, "wait", {"busy": 8.0, "at_once": 1.0, "locked": 6.9}),
        ({"at_once": 2.0}, "wait", {"busy": 8.0, "at_once": 2.0, "used": 0.25}),
        ({"at_once": 2.0, "busiest_thread": 0.7}, "cpu", {"cpu": 0.7, "delay": 0.0}),
        ({"at_once": 2.0, "worker_cpu": (0.8,)}, "generator", {"cpu": 0.8, "delay": 0.01}),
        ({"system_cpu": None, "at_once": 7.0}, "loop", {"users": 8}),
        ({"busy": 3.0}, "unknown", {"readable": True}),
        ({"busy": 3.0, "users": 3.2}, "loop", {"users": 8}),  # the others had done all that they should
        ({"thinking": 7.9, "at_once": 0.1}, "loop", {"users": 8, "thinking": 7.9}),
        ({"thinking": 2.0, "at_once": 1.0}, "wait", {"busy": 6.0, "at_once": 1.0}),
        ({"retransmitted": 0.2, "line": 0.9}, "loop", {}),  # nothing of ours goes over a line
    ],
)
def test_closed_loops(figures, kind, says):
    holds(limiter(closed(**figures), loop=CLOSED), kind, says)


@pytest.mark.parametrize(
    ("figures", "kind", "says"),
    [
        ({}, "plan", {"planned": 200.0, "used": 0.25, "cores": 4}),
        ({"busiest_thread": 0.97}, "plan", {"planned": 200.0}),  # busy, and yet all was done
        ({**BEHIND, "busiest_thread": 0.97}, "cpu", {"thread": 0.97}),
        ({**BEHIND, "worker_cpu": (0.99,)}, "generator", {"worker": 0, "delivered": 0.75}),
        ({**BEHIND, "dispatched": 150.0}, "generator", {"dispatched": 0.75}),
        ({**BEHIND, "lateness_p50": 0.3}, "generator", {"lateness_p50": 0.3}),
        ({**BEHIND, "busy": 50.0, "at_once": 1.5}, "wait", {"busy": 50.0, "at_once": 1.5}),
        ({**BEHIND, "busy": 50.0, "at_once": 45.0}, "unknown", {}),
    ],
)
def test_open_loops(figures, kind, says):
    holds(limiter(opened(**figures), loop=OPEN), kind, says)


def test_an_open_loop_with_too_few_users():
    found = limiter(opened(**BEHIND, busy=8.0, at_once=7.5), loop=open_loop(200, 4, users=8))
    holds(found, "loop", {"users": 8})


def test_a_full_listen_backlog():
    full = {"overflows": 232, "syns": 232, "slow_connects": 232, "dialled": 383}
    holds(limiter(opened(**full), loop=OPEN), "backlog", {"slow": 232, "overflows": 232, "dialled": 383})
    assert limiter(opened(**{**full, "slow_connects": 3}), loop=OPEN).kind == "plan"
    assert limiter(closed(**{**full, "dialled": None}), loop=CLOSED).kind == "loop"


def test_a_plan_of_nothing_is_done():
    nothing = {"planned": 0.0, "dispatched": 0.0, "delivered": 0.0, "due": 0, "busy": 0.0, "at_once": None}
    assert limiter(opened(**nothing), loop=OPEN).kind == "plan"


def test_a_long_flight_is_no_backlog():
    figures = {"delivered": 150.0, "in_flight": 100.0, "little": 100.0, "backlog": 12, "busy": 100.0}
    assert limiter(opened(**figures, at_once=95.0), loop=OPEN).kind == "plan"


def test_what_was_dropped_was_not_done():
    few = open_loop(200, 4, users=8, busy="drop")
    found = limiter(opened(dropped=300, delivered=125.0, backlog=0, busy=8.0, at_once=7.6), loop=few)
    assert found.kind == "loop"


def test_the_network_is_named_only_where_there_is_one():
    holds(limiter(closed(retransmitted=0.02), loop=CLOSED, remote=True), "network", {"retransmitted": 0.02})
    holds(limiter(closed(line=0.93), loop=CLOSED, remote=True), "network", {"line": 0.93})


def test_a_pools_own_counters_count():
    found = limiter(closed(), loop=CLOSED, own={"pool.waits": 130.0, "pool.size": 2.0, "fps": 3.0})
    holds(found, "wait", {"pool.waits": 130.0, "pool.size": 2.0})
    assert found.figures["behind"] == "pool"
    assert "fps" not in found.figures
    assert limiter(closed(), loop=CLOSED, own={"pool.waits": 0.0, "pool.size": 2.0}).kind == "loop"
    queued = limiter(closed(busy=8.0, at_once=1.2), loop=CLOSED, own={"pool.waits": 0.0, "pool.in_use": 2.0})
    assert (queued.kind, queued.figures["behind"]) == ("wait", "lock or pool")  # nobody waited for that one
    assert "pool.in_use" not in queued.figures


def test_a_component_is_no_generator():
    figures = {"worker_cpu": (), "worker_delay": (), "busiest_thread": 0.99}
    assert limiter(closed(**figures), loop=CLOSED, component=True).kind == "cpu"


def test_users_that_think():
    thinking = closed_loop(8, seconds=4, think=0.1)
    holds(limiter(closed(thinking=7.0, at_once=0.9), loop=thinking), "loop", {"thinking": 7.0})


def test_nothing_known():
    assert limiter(Evidence(), loop=CLOSED) == Reason("unknown", {"readable": False})
    assert limiter(Evidence(), loop=OPEN).kind == "unknown"
