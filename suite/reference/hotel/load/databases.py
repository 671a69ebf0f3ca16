"""Loads of the database and of Redis: pools of several sizes, each by itself, both together, many writers."""

from __future__ import annotations

from suite import Observe, Threshold, Workload, closed_loop
from suite.reference.backend.checks import none_failed
from suite.reference.hotel.categories import DATABASES
from suite.reference.hotel.load.backend import ERRORS, backend, within, workload
from suite.reference.hotel.load.checks import (
    cache_and_database_agree,
    each_count_counted,
    no_update_is_lost,
    none_broke,
    what_was_acknowledged_is_stored,
)
from suite.reference.hotel.load.room_users import RoomUser
from suite.reference.hotel.load.valkey_user import ValkeyUser
from suite.services import redis

_STORED = [cache_and_database_agree, no_update_is_lost, what_was_acknowledged_is_stored]


def _pool(size: int) -> Workload:
    return workload(
        DATABASES,
        f"database-pool-{size}",
        RoomUser,
        f"forty who want a database connection, {size} there are; who gets none in time is told",
        backend(pool_size=size, pool_overflow=0, pool_timeout=0.5),
        loop=closed_loop(users=40, seconds=5, warmup="500ms"),
        quick=closed_loop(users=40, operations=220, warmup=20),
        parameters={"rooms": 60},
        observe=Observe("/metrics", only=["db_pool_*"]),
        thresholds=[within("response.p95", "300ms", "1s", "3s"), Threshold("failures", target=0, critical=0)],
        checks=[none_broke, *_STORED],
    )


pools = [_pool(size) for size in (2, 20)]

operations = Workload(
    "hotel/redis-operations",
    redis(),
    ValkeyUser,
    category=DATABASES,
    loop=closed_loop(users=20, seconds=10, warmup=1),
    quick=closed_loop(users=8, operations=1_000, warmup=100),
    thresholds=[within("response.p95", "10ms", "50ms", "200ms"), ERRORS],
    checks=[none_failed, each_count_counted],
    description="strings, hashes, counters, sorted sets, lists, transactions: the Redis itself",
)

both = workload(
    DATABASES,
    "database-and-redis",
    RoomUser,
    "rooms read through the cache, and changed in both: no reader ever sees an older one",
    loop=closed_loop(users=30, seconds=10, warmup=1),
    quick=closed_loop(users=15, operations=220, warmup=20),
    parameters={"rooms": 60},
    thresholds=[within("response.p95", "100ms", "500ms", "2s"), ERRORS],
    checks=[none_failed, *_STORED],
)

consistency = workload(
    DATABASES,
    "database-consistency",
    RoomUser,
    "many who charge three rooms at the same time: none of it is lost",
    loop=closed_loop(users=30, seconds=10, warmup=1),
    quick=closed_loop(users=20, operations=220),
    parameters={"rooms": 3},
    thresholds=[within("response.p95", "300ms", "1s", "3s"), ERRORS],
    checks=[none_failed, *_STORED],
)
