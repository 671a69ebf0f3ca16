"""The gateway's database pool: acquired, saturated, queried."""

from __future__ import annotations

from suite import Component, Metric, Threshold, Workload, closed_loop
from suite.reference.dicom.pooling import (
    Acquirer,
    Holder,
    Pooled,
    Querier,
    all_were_acquired,
    all_were_returned,
    connections_were_reused,
    excess,
    exhaustion_is_clean,
    made,
)

_EXCESS = Metric("limit.excess", "1", "lower", excess, combine="max")
_CLEAN = (Threshold("failures", target=0, critical=0), Threshold("limit.excess", critical=0))

pool_acquire = Workload(
    "dicom/pool-acquire",
    Component(Pooled, pool_size=5, pool_overflow=5, pool_timeout=5.0),
    Acquirer,
    loop=closed_loop(10, seconds=3, warmup=0.3),
    quick=closed_loop(10, seconds=1, warmup=0.1),
    metrics=[_EXCESS],
    thresholds=[
        Threshold("response.mean", target="5ms", warning="20ms", critical="100ms"),
        Threshold("response.p95", target="10ms", warning="50ms", critical="250ms"),
        *_CLEAN,
    ],
    checks=[all_were_acquired, all_were_returned],
    tags={"pool"},
    description="ten threads take and return connections of the gateway's pool of ten",
)

pool_saturation = Workload(
    "dicom/pool-saturation",
    Component(Pooled, pool_size=4, pool_overflow=4, pool_timeout=0.05),
    Holder,
    loop=closed_loop(32, seconds=3, warmup=0.2),
    quick=closed_loop(32, seconds=1.5, warmup=0.2),
    parameters={"hold": 0.02},
    metrics=[_EXCESS],
    thresholds=_CLEAN,
    checks=[all_were_returned, exhaustion_is_clean],
    tags={"pool"},
    description="thirty-two threads want a pool of eight: exhaustion is a clean time-out, never a hang",
)

pool_queries = Workload(
    "dicom/pool-queries",
    Component(Pooled, pool_size=10, pool_overflow=0, pool_timeout=5.0),
    Querier,
    loop=closed_loop(16, seconds=3, warmup=0.3),
    quick=closed_loop(16, seconds=1, warmup=0.1),
    parameters={"pause": 0.002},
    metrics=[
        _EXCESS,
        Metric("pool.connections", "1", "lower", made, combine="max"),
    ],
    thresholds=[
        Threshold("response.p95", target="50ms", warning="250ms", critical="1s"),
        *_CLEAN,
    ],
    checks=[all_were_acquired, all_were_returned, connections_were_reused],
    tags={"pool"},
    description="sixteen threads query through ten connections, which are reused",
)
