"""Load tests of the hotel's way to its property management system, and of what happens when that fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from suite import Observe, Server, System, Threshold, Workload, closed_loop, open_loop
from suite.faults import At, Every, Kill, Latency, Loss, Partition, Reset
from suite.reference.hotel.categories import NETWORK, PMS
from suite.reference.hotel.load.backend import ERRORS, backend, beside, within
from suite.reference.hotel.load.seeding import seed
from suite.reference.hotel.pms.checks import (
    breaker,
    cache_is_coherent,
    copy_is_complete,
    every_change_is_there,
    no_booking_is_lost,
    no_room_is_booked_twice,
    nothing_broke,
    retries_are_bounded,
)
from suite.reference.hotel.pms.figures import PMS_METRICS
from suite.reference.hotel.pms.front_desk import BackOffice, Concierge, FrontDesk, Receptionist
from suite.reference.hotel.pms.serving import NEEDS, serve_pms
from suite.reference.hotel.serving import serve
from suite.services import postgres, redis

_SIZE = {"guests": 1_000, "rooms": 100, "stays": 2_000}
_STORE = "../pms.sqlite3"
"""Of both servers: beside their directories, which are in one folder."""
_SEEN = Observe("/metrics", only=["pms_*", "db_pool_*"])
_HOLDS = (
    nothing_broke, cache_is_coherent, no_booking_is_lost, no_room_is_booked_twice, every_change_is_there,
    retries_are_bounded,
)  # fmt: skip
"""The cache before what synchronises: that empties it."""


def connected(served: Callable[..., Any] = serve, **parameters: Any) -> Server:
    """A backend whose dealings with the PMS can be set."""
    defaults: dict[str, Any] = {
        "pms_deadline": 3.0, "pms_timeout": 0.5, "pms_attempts": 3, "pms_backoff": 0.02, "pms_budget": 0.1,
        "pms_reserve": 20, "pms_threshold": 5, "pms_rest": 0.25, "pms_expiry": 60.0, "pms_page": 500,
    }  # fmt: skip
    return backend(served, **(defaults | parameters))


def pms() -> Server:
    """A server of the property management system; all of a round have the same guests, rooms and stays."""
    behaviour: dict[str, Any] = {"delay": 0.0, "jitter": 0.0, "errors": 0.0, "lost": 0.0, "status": 503}
    return Server(serve_pms, ready="/health", needs=NEEDS, store=_STORE, seed=1, **_SIZE, **behaviour)


def with_pms(servers: int = 1, **others: System) -> dict[str, System]:
    """What the backend needs, with one or two servers of the PMS: pms, and pms2 for when that fails."""
    return {**beside(), **others, **{name: pms() for name in ("pms", "pms2")[:servers]}}


def _workload(name: str, description: str, users: Any, system: Server | None = None, **rest: Any) -> Workload:
    defaults: dict[str, Any] = {
        "prepare": partial(seed, logins=("agent",)), "beside": with_pms(),
        "parameters": {**_SIZE, "nights": 60}, "thresholds": [ERRORS], "checks": _HOLDS,
        "metrics": PMS_METRICS, "tags": {"pms"}, "category": PMS,
    }  # fmt: skip
    return Workload(
        f"hotel/pms-{name}", system or connected(), users, description=description, **(defaults | rest)
    )


lookups = _workload(
    "lookups",
    "twenty receptionists look up reservations",
    Receptionist,
    loop=closed_loop(users=20, seconds=5, warmup="500ms"),
    quick=closed_loop(users=20, operations=600, warmup=100),
    thresholds=[within("response.p95", "100ms", "500ms", "1s"), ERRORS],
)
profiles = _workload(
    "profiles",
    "guests' profiles read and changed by twenty at once, fifty guests: who comes second gets 412",
    Concierge,
    loop=closed_loop(users=20, seconds=5, warmup="500ms"),
    quick=closed_loop(users=20, operations=500, warmup=100),
    parameters={**_SIZE, "nights": 60, "guests": 50},
    thresholds=[within("response.p95", "100ms", "500ms", "1s"), ERRORS],
)
cache = _workload(
    "cache",
    "a hundred guests' profiles, one of five operations a change: how often the cache has them",
    Concierge,
    loop=closed_loop(users=20, seconds=5, warmup="1s"),
    quick=closed_loop(users=20, operations=800, warmup=400),
    parameters={**_SIZE, "nights": 60, "guests": 100},
    thresholds=[Threshold("pms.hit_ratio", target="60%", warning="50%", critical="40%"), ERRORS],
)
bulk = _workload(
    "bulk",
    "the hotel's copy brought up to date, page by page, while front desks change and book",
    {BackOffice: 1, FrontDesk: 4},
    loop=closed_loop(users=10, seconds=5, think=("5ms", "20ms")),
    quick=closed_loop(users=10, operations=300, think=("5ms", "20ms")),
    checks=[*_HOLDS, copy_is_complete],
)


def _failing(
    name: str,
    description: str,
    faults: Sequence[At],
    *,
    opens: bool | None = True,
    failures: str = "10%",
    servers: int = 2,
    **rest: Any,
) -> Workload:
    """Front desks at work, at a rate that doesn't depend on what fails; `opens`: whether a breaker must."""
    defaults: dict[str, Any] = {"category": NETWORK, "beside": with_pms(servers), "observe": _SEEN}
    return _workload(
        name,
        description,
        FrontDesk,
        loop=open_loop(rate=50, seconds=9, users=60),
        quick=open_loop(rate=80, seconds=2.4, users=60),
        faults=faults,
        thresholds=[Threshold("failures", target="1%", critical=failures)],
        checks=_HOLDS if opens is None else [*_HOLDS, breaker(opens=opens)],
        **(defaults | rest),
    )


latency = _failing(
    "latency",
    "every answer of the PMS comes a fifth of a second later for 3 s: slow, and no reason to open a breaker",
    [At(3, Latency("pms", 3, delay="100ms", jitter="20ms"))],
    opens=False,
    servers=1,
)
loss = _failing(
    "loss",
    "one in fifty segments between backend and PMS is sent again 200 ms later, for 3 s",
    [At(3, Loss("pms", 3, rate="2%", stall="200ms"))],
    opens=None,
    servers=1,
)
failing = _failing(
    "failing",
    "every second request resets its connection, for 3 s: tried again, as far as the budget goes",
    [At(3, Reset("pms", 3, requests=Every(2)))],
    opens=None,
    system=connected(pms_reserve=5, pms_budget=0.02),  # without one three times as many would be tried again
)
breaker_alone = _failing(
    "breaker",
    "the only server is away for 3 s: its breaker opens, half-opens, closes; meanwhile nobody waits for it",
    [At(3, Reset("pms", 3))],
    servers=1,
    failures="60%",
    category=PMS,
)
failover = _failing(
    "failover",
    "the first server is killed and started again after 3 s: the second one answers for it",
    [At(2, Kill("pms", 3))],
    category=PMS,
)
partition = _failing(
    "partition",
    "the first server is cut off for 3 s: the breaker opens, the second one answers, then all is as before",
    [At(3, Partition("pms", 3))],
)
gone_at_start = _failing(
    "gone-at-start",
    "the only server is not there when the load begins, and comes after 3 s",
    [At(0, Reset("pms", 3))],
    servers=1,
    failures="60%",
)
database_killed = _failing(
    "database-killed",
    "PostgreSQL is killed amid bookings and started again after 1 s: what was acknowledged is there",
    [At(3, Kill("database", 1))],
    opens=None,
    servers=1,
    failures="40%",
    beside=with_pms(database=postgres(own=True)),
)
redis_gone = _failing(
    "redis-gone",
    "Redis is killed and comes back empty after 3 s: everything is read from the PMS meanwhile",
    [At(3, Kill("redis", 3))],
    opens=None,
    beside=with_pms(redis=redis(own=True)),
)

CONNECTOR = [lookups, profiles, cache, bulk, failover, breaker_alone]
FAILURES = [latency, loss, failing, partition, gone_at_start, database_killed, redis_gone]
