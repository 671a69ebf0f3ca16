"""Load tests of a conversation manager: `suite run conversation`."""

from __future__ import annotations

from suite import Component, Threshold, User, Workload, closed_loop
from suite.reference.conversation.checks import ALWAYS, expired_in_order
from suite.reference.conversation.limits import EXPIRY_DELAY, LIMIT_EXCESS, LIMIT_SHORTFALL
from suite.reference.conversation.manager import ConversationManager
from suite.reference.conversation.memory import MEMORY_DRIFT
from suite.reference.conversation.users import (
    Complex,
    Cycler,
    FillsAll,
    FillsOwn,
    InWaves,
    Leaver,
    Lingerer,
    Quick,
    Steady,
)

_EXACT = (
    Threshold("limit.excess", critical=0.0),
    Threshold("limit.shortfall", critical=0.0),
)
_LIMITS = (LIMIT_EXCESS, LIMIT_SHORTFALL)
_ANSWERED = Threshold("response.max", critical="5s")
_BOUNDED = Threshold("memory.growth", target="5MB", critical="50MB")
"""What holds of every workload here, with ALWAYS; where it says nothing of its own."""

manager = Component(
    ConversationManager,
    max_concurrent=20,
    max_per_user=5,
    idle_timeout=120.0,
    max_duration=300.0,
    commit_time=0.0,
    reply_time=0.0,
)
"""Answers at once: for limits and books."""
thinking_manager = manager.changed(commit_time=0.001, reply_time=0.005)
"""Takes 1 ms to store a conversation and 5 ms to reply: for conversations that overlap."""

fifty_users = Workload(
    "conversation/fifty-users",
    manager,
    InWaves,
    loop=closed_loop(users=50, operations=50_000),
    quick=closed_loop(users=50, operations=5_000),
    thresholds=[
        Threshold("response.p95@start", target="20ms", warning="500ms", critical="5s"),
        _BOUNDED,
        *_EXACT,
    ],
    checks=ALWAYS,
    metrics=_LIMITS,
    tags={"limits", "tour"},
    description="50 starts at once, wave after wave: the limit is used up, never passed",
)

sustained = Workload(
    "conversation/sustained",
    thinking_manager,
    Steady,
    loop=closed_loop(users=15, seconds=30, think=("20ms", "60ms"), warmup=2),
    quick=closed_loop(users=15, seconds=2, think=("20ms", "60ms"), warmup="300ms"),
    thresholds=[
        Threshold("throughput", target=100, critical=1),
        Threshold("memory.growth", target="10MB", critical="100MB"),
        Threshold("memory.drift", target="1MB", critical="5MB"),
        _ANSWERED,
    ],
    checks=ALWAYS,
    metrics=[MEMORY_DRIFT],
    tags={"sustained", "tour"},
    description="15 users talk for 30 s; --seconds 300 for five minutes",
)

bursts = Workload(
    "conversation/bursts",
    manager,
    InWaves,
    loop=closed_loop(users=20, operations=100, think="100ms"),
    thresholds=[_ANSWERED, Threshold("memory.growth", target="5MB", critical="30MB"), *_EXACT],
    checks=ALWAYS,
    metrics=_LIMITS,
    tags={"limits", "tour"},
    description="5 bursts of 20 users, all of whom fit",
)

mixed = Workload(
    "conversation/mixed",
    thinking_manager,
    {Quick: 15, Complex: 5},
    loop=closed_loop(users=20, seconds=5, think=("5ms", "20ms"), warmup="500ms"),
    quick=closed_loop(users=20, seconds=1.5, think=("5ms", "20ms"), warmup="200ms"),
    thresholds=[Threshold("response.mean@quick", target="50ms", critical="200ms"), _ANSWERED, _BOUNDED],
    checks=ALWAYS,
    tags={"tour"},
    description="15 quick users beside 5 with long conversations",
)


def _filling(name: str, manager: Component, user: type[User], users: int, description: str) -> Workload:
    return Workload(
        f"conversation/{name}",
        manager,
        user,
        loop=closed_loop(users=users, seconds=2),
        quick=closed_loop(users=users, seconds=0.5),
        thresholds=[_ANSWERED, _BOUNDED, *_EXACT],
        checks=ALWAYS,
        metrics=_LIMITS,
        tags={"limits", "tour"},
        description=description,
    )


global_limit = _filling(
    "global-limit",
    manager.changed(max_concurrent=10),
    FillsAll,
    1,
    "fill the manager, one more is refused, free one, one more is accepted",
)

user_limit = _filling(
    "user-limit",
    manager.changed(max_concurrent=1_000, max_per_user=3),
    FillsOwn,
    5,
    "5 users fill their own limits side by side; nobody else notices",
)

rapid_cycles = Workload(
    "conversation/rapid-cycles",
    manager,
    Cycler,
    loop=closed_loop(users=10, operations=1_000),
    thresholds=[Threshold("response.p90", target="20ms", critical="5s"), _BOUNDED],
    checks=ALWAYS,
    tags={"tour"},
    description="10 users start and end 100 times each; nothing may be left",
)

expiry = Workload(
    "conversation/expiry",
    manager.changed(max_concurrent=200, max_per_user=3, idle_timeout=0.3, max_duration=0.9),
    {Leaver: 4, Lingerer: 4},
    loop=closed_loop(users=8, seconds=5),
    quick=closed_loop(users=8, seconds=1.5),
    thresholds=[
        Threshold("expiry.delay", target="10ms", warning="50ms", critical="500ms"),
        _ANSWERED,
        _BOUNDED,
        *_EXACT,
    ],
    checks=[*ALWAYS, expired_in_order],
    metrics=[*_LIMITS, EXPIRY_DELAY],
    timeout=10,
    tags={"tour"},
    description="idle and over-long conversations are ended on time and their slots are free again",
)
