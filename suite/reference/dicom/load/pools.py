"""The gateway's database pool: acquired, saturated, queried; watched over SQLite and over PostgreSQL."""

from __future__ import annotations

from typing import Any

from suite import Component, Metric, Server, System, Threshold, User, Workload, closed_loop
from suite.reference.dicom import pool_server
from suite.reference.dicom.load.gateways import POOL
from suite.reference.dicom.pool_metrics import POOL_METRICS
from suite.reference.dicom.pooling import (
    Acquirer,
    Holder,
    Pooled,
    Querier,
    all_were_acquired,
    all_were_returned,
    connections_were_reused,
    exhaustion_is_clean,
    made,
)
from suite.services import postgres

_CLEAN = (Threshold("failures", target=0, critical=0), Threshold("limit.excess", critical=0))


def _threads(name: str, description: str, users: type[User], pool: Component, **rest: Any) -> Workload:
    common: dict[str, Any] = {
        "metrics": POOL_METRICS,
        "thresholds": _CLEAN,
        "checks": [all_were_acquired, all_were_returned],
    }
    return Workload(f"dicom/{name}", pool, users, description=description, tags={"pool"}, **(common | rest))


pool_acquire = _threads(
    "pool-acquire",
    "ten threads take and return connections of the gateway's pool of ten",
    Acquirer,
    Component(Pooled, pool_size=5, pool_overflow=5, pool_timeout=5.0),
    loop=closed_loop(10, seconds=3, warmup=0.3),
    quick=closed_loop(10, seconds=1, warmup=0.1),
    thresholds=[
        Threshold("response.mean", target="5ms", warning="20ms", critical="100ms"),
        Threshold("response.p95", target="10ms", warning="50ms", critical="250ms"),
        *_CLEAN,
    ],
)

pool_saturation = _threads(
    "pool-saturation",
    "thirty-two threads want a pool of eight: exhaustion is a clean time-out, never a hang",
    Holder,
    Component(Pooled, pool_size=4, pool_overflow=4, pool_timeout=0.05),
    loop=closed_loop(32, seconds=3, warmup=0.2),
    quick=closed_loop(32, seconds=1.5, warmup=0.2),
    parameters={"hold": 0.02},
    checks=[all_were_returned, exhaustion_is_clean],
)

pool_queries = _threads(
    "pool-queries",
    "sixteen threads query through ten connections, which are reused",
    Querier,
    Component(Pooled, pool_size=10, pool_overflow=0, pool_timeout=5.0),
    loop=closed_loop(16, seconds=3, warmup=0.3),
    quick=closed_loop(16, seconds=1, warmup=0.1),
    parameters={"pause": 0.002},
    metrics=[*POOL_METRICS, Metric("pool.connections", "1", "lower", made, combine="max")],
    thresholds=[
        Threshold("response.p95", target="50ms", warning="250ms", critical="1s"),
        *_CLEAN,
    ],
    checks=[all_were_acquired, all_were_returned, connections_were_reused],
)


def _watched(name: str, description: str, needs: tuple[str, ...] = (), **beside: System) -> Workload:
    return Workload(
        f"dicom/{name}",
        Server(pool_server.serve, needs=needs, pool_size=4, pool_overflow=4, pool_timeout=0.5),
        pool_server.Borrower,
        loop=closed_loop(24, seconds=4, warmup=0.5),
        quick=closed_loop(24, seconds=2, warmup=0.2),
        parameters={"pause": 0.01},
        beside=beside,
        observe=POOL,
        metrics=POOL_METRICS,
        thresholds=[
            Threshold("response.p95", target="100ms", warning="500ms", critical="2s"),
            *_CLEAN,
        ],
        checks=[pool_server.all_are_back],
        tags={"pool"},
        description=description,
    )


pool_sqlite = _watched(
    "pool-sqlite", "twenty-four share eight connections to a file: who waits, and for how long"
)
pool_postgresql = _watched(
    "pool-postgresql",
    "twenty-four share eight connections to PostgreSQL: who waits, and for how long",
    ("postgresql", "psycopg"),
    database=postgres(),
)
