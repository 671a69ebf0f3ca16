"""What held a result back, in words."""

from __future__ import annotations

import pytest

from suite.records.reason import Figure, Reason
from suite.report.reasons import words

_WORKER = {"worker": 0, "cpu": 0.99, "delay": 0.0}
_CORES = {"used": 0.25, "cores": 4}
_SAID: list[tuple[str, dict[str, Figure], str]] = [
    (
        "generator",
        {**_WORKER, "delivered": 0.75},
        "the generator: worker 0 used 99 % of a core; 75 % of the planned load was delivered",
    ),
    ("generator", {"dispatched": 0.75}, "the generator: it came to 75 % of the planned starts"),
    ("generator", {"lateness_p50": 0.3}, "the generator: half of its sends were 300 ms late or more"),
    (
        "generator",
        {"cpu": 0.8, "delay": 0.1},
        "the generator: its busiest worker used 80 % of a core and waited for one 10 % of the time",
    ),
    (
        "limit",
        {"rejected": 320, "due": 3200},
        "the system's own limit: 320 of 3,200 operations were rejected (10 %)",
    ),
    (
        "plan",
        {"planned": 200.0, **_CORES},
        "the plan: 200 /s were planned and done, nothing piled up; the system used 0.25 of 4 cores",
    ),
    ("cpu", {"used": 0.95, "cores": 1}, "the system's CPU: 0.95 of 1 core, all that it has"),
    (
        "cpu",
        {"thread": 0.98, "delay": 0.0, "cores": 4},
        "the system's CPU: one thread used 98 % of a core; it has 4 cores",
    ),
    (
        "cpu",
        {"process": 0.99},
        "the system's CPU: the threads of one process used 99 % of one core together, as under one "
        "interpreter lock",
    ),
    ("cpu", {"cpu": 0.7, "delay": 0.0}, "the system's CPU: its busiest thread used 70 % of a core"),
    (
        "disk",
        {"threads": 0.9, "stalled": 0.7},
        "the disk: 0.9 of the system's threads waited for it on average; programs stalled for it 70 % of "
        "the time",
    ),
    ("network", {"line": 0.93}, "the network: a line carried 93 % of what it can"),
    (
        "network",
        {"retransmitted": 0.02},
        "the network: 2 % of all TCP segments had to be sent again",
    ),
    (
        "wait",
        {"behind": "lock", "busy": 8.0, "at_once": 1.0, "locked": 6.9, **_CORES},
        "waiting for a lock in the system: of 8 operations in it 1 at a time were served, 6.9 of its threads "
        "waited for a lock on average, it used 0.25 of 4 cores",
    ),
    (
        "wait",
        {"behind": "pool", "pool.waits": 130.0, "pool.size": 2.0},
        "waiting for a pool in the system: pool.waits is 130, pool.size is 2",
    ),
    (
        "loop",
        {"users": 8, "thinking": False, **_CORES},
        "the loop: 8 users, each waiting for its answer; the system used 0.25 of 4 cores",
    ),
    (
        "generator",
        {"blocked": 0.97, "operation": "", "place": "load.py:7"},
        "the generator: its event loop stood still 97 % of the time, kept at load.py:7",
    ),
    (
        "generator",
        {"blocked": 0.97, "operation": None, "place": None},
        "the generator: its event loop stood still 97 % of the time, kept by something unseen",
    ),
    (
        "backlog",
        {"slow": 230, "dialled": 383, "overflows": 232, "syns": 232},
        "the listen backlog, full 232 times: 230 connections waited for the kernel's second SYN; users= "
        "fixes their number",
    ),
    ("loop", {"users": 1, "thinking": False}, "the loop: 1 user, waiting for its answer"),
    ("loop", {"users": 8, "thinking": True}, "the loop: 8 users, in an operation or its think time"),
    (
        "loop",
        {"users": 8, "thinking": 7.9},
        "the loop: 8 users, of whom 7.9 were in their think time on average",
    ),
    (
        "unknown",
        {"readable": False},
        "nothing that shows in the figures; the system runs elsewhere and can't be read",
    ),
]


@pytest.mark.parametrize(("kind", "figures", "said"), _SAID)
def test_what_holds_back_has_words(kind: str, figures: dict[str, Figure], said: str) -> None:
    assert words(Reason(kind, figures)) == said
