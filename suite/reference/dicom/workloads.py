"""The gateway's workloads. Critical levels are the floors that its first owners set."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from suite import Component, Metric, Server, Threshold, Workload, closed_loop, open_loop
from suite.data.ct import LARGE, SMALL
from suite.reference.dicom import destination
from suite.reference.dicom import gateway as receiving
from suite.reference.dicom.checks import (
    every_instance_arrived,
    every_instance_has_its_row,
    every_instance_is_on_disk,
    forwards,
    none_was_lost_or_refused,
    queue_peak,
)
from suite.reference.dicom.filing import Cabinet, Clerk, files_hold_what_was_written
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
from suite.reference.dicom.sender import Sender

_NEEDS = ("dicom", "pynetdicom", "pydicom")
_ENOUGH = 2_050
"""Operations of a quick round that judge a p95 without a note, however fast the machine is."""
_STORED = (none_was_lost_or_refused, every_instance_is_on_disk, every_instance_has_its_row)
_RECEIVE_LATENCY = (
    Threshold("response.mean", target="20ms", warning="100ms", critical="1s"),
    Threshold("response.p95", target="50ms", warning="250ms", critical="2s"),
    Threshold("failures", target=0, critical="1%"),
)


def gateway(**parameters: Any) -> Server:
    """A gateway of its own: a Server belongs to one Workload, which gives it its helpers."""
    defaults: dict[str, Any] = {
        "acceptors": 1, "associations": 32, "max_pdu": 131_072, "backlog": 128, "pool_size": 5,
        "pool_overflow": 5, "pool_timeout": 5.0, "fsync": "none", "quota": 0, "lanes": 1, "backoff": 0.5,
        "attempts": 5,
    }  # fmt: skip
    return Server(receiving.serve, needs=_NEEDS, **(defaults | parameters))


def _receiving(
    name: str,
    description: str,
    *,
    users: int,
    size: int,
    target: float,
    seconds: float,
    warmup: float,
    quick: int = _ENOUGH,
    tags: Iterable[str] = (),
) -> Workload:
    return Workload(
        f"dicom/{name}",
        gateway(),
        Sender,
        loop=closed_loop(users, seconds=seconds, warmup=warmup),
        quick=closed_loop(users, operations=quick, warmup=100),
        parameters={"size": size, "seed": 1},
        thresholds=[
            Threshold("throughput", target=target, warning=target / 4, critical=target / 20),
            *_RECEIVE_LATENCY,
        ],
        checks=_STORED,
        tags=tags,
        description=description,
    )


receive = _receiving(
    "receive", "C-STORE of 40 KB instances over one association",
    users=1, size=SMALL, target=200, seconds=4, warmup=0.5, tags={"tour"},
)  # fmt: skip
receive_large = _receiving(
    "receive-512k", "C-STORE of 512 KB instances over one association",
    users=1, size=LARGE, target=200, seconds=3, warmup=0.3, quick=1_050,
)  # fmt: skip
receive_concurrent = _receiving(
    "receive-concurrent", "C-STORE of 40 KB instances over eight associations at once",
    users=8, size=SMALL, target=300, seconds=4, warmup=0.5, tags={"tour"},
)  # fmt: skip

forward = Workload(
    "dicom/forward",
    gateway(),
    Sender,
    loop=closed_loop(2, seconds=4, warmup=0.5),
    quick=closed_loop(2, operations=_ENOUGH, warmup=100),
    beside={"destination": Server(destination.serve, needs=_NEEDS, associations=32, max_pdu=131_072)},
    collect=forwards,
    parameters={"size": SMALL, "seed": 1},
    metrics=[Metric("queue.peak", "1", "lower", queue_peak, combine="max")],
    thresholds=[
        Threshold("throughput@forward", target=100, warning=25, critical=5),
        Threshold("response.mean@forward", target="200ms", warning="1s", critical="2s"),
        Threshold("response.p95@forward", target="500ms", warning="2s", critical="5s"),
        Threshold("failures@forward", target=0, critical="1%"),
        Threshold("failures", target=0, critical="1%"),
    ],
    checks=[*_STORED, every_instance_arrived],
    tags={"queue", "tour"},
    description="from Success to the sender until Success from the destination, through the queue",
)

sustained = Workload(
    "dicom/sustained",
    gateway(),
    Sender,
    loop=open_loop(150, seconds=5, users=4, warmup=1),
    quick=open_loop(120, seconds=2, users=4, warmup=0.3),
    parameters={"size": SMALL, "seed": 1},
    thresholds=[
        *_RECEIVE_LATENCY,
        # A gateway that keeps what it received grows by more than 40 KB each.
        Threshold("memory.growth_per_operation", target="10KB", warning="20KB", critical="30KB"),
    ],
    checks=_STORED,
    tags={"memory"},
    description="a steady rate of 40 KB instances: the rate is held, memory stays flat",
)

burst = Workload(
    "dicom/burst",
    gateway(),
    Sender,
    loop=open_loop(150, seconds=5, arrivals="burst", burst=60, users=16),
    quick=open_loop(120, seconds=2, arrivals="burst", burst=60, users=16),
    parameters={"size": SMALL, "seed": 1},
    thresholds=[
        Threshold("response.mean", target="200ms", warning="500ms", critical="1s"),
        Threshold("response.p95", target="400ms", warning="1s", critical="2s"),
        Threshold("failures", target=0, critical="1%"),
    ],
    checks=_STORED,
    description="sixty instances at once, again and again, over sixteen associations: none is lost",
)

file_io = Workload(
    "dicom/file-io",
    Component(Cabinet, needs=("dicom", "pydicom"), size=SMALL, seed=1, count=64, fsync=False),
    Clerk,
    loop=closed_loop(1, seconds=3, warmup=0.3),
    quick=closed_loop(1, operations=2 * _ENOUGH + 200, warmup=100),
    thresholds=[
        Threshold("response.mean@write", target="1ms", warning="10ms", critical="50ms"),
        Threshold("response.p95@write", target="2ms", warning="20ms", critical="50ms"),
        Threshold("response.mean@read", target="200us", warning="2ms", critical="10ms"),
        Threshold("response.p95@read", target="400us", warning="4ms", critical="10ms"),
    ],
    checks=[files_hold_what_was_written],
    tags={"tour"},
    description="write and read one 40 KB instance as the gateway does",
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
