"""C-STORE into the gateway: one association, many, a steady rate, bursts, too much."""

from __future__ import annotations

from collections.abc import Iterable

from suite import Component, Threshold, Workload, closed_loop, open_loop
from suite.data.ct import LARGE, SMALL
from suite.reference.dicom.admission import ADMISSION, AssociationCrowd
from suite.reference.dicom.checks import what_was_refused_left_nothing
from suite.reference.dicom.filing import Cabinet, Clerk, files_hold_what_was_written
from suite.reference.dicom.load.gateways import (
    ENOUGH,
    KEPT,
    NO_FAILURES,
    RECEIVE_LATENCY,
    gateway_server,
    gateway_workload,
    sending,
)
from suite.reference.dicom.sender import Churner


def _receiving(
    name: str,
    description: str,
    *,
    users: int,
    size: int,
    target: float,
    seconds: float,
    warmup: float,
    quick: int = ENOUGH,
    tags: Iterable[str] = (),
) -> Workload:
    return gateway_workload(
        f"dicom/{name}",
        description,
        loop=closed_loop(users, seconds=seconds, warmup=warmup),
        quick=closed_loop(users, operations=quick, warmup=100),
        parameters=sending(size),
        thresholds=[
            Threshold("throughput", target=target, warning=target / 4, critical=target / 20),
            *RECEIVE_LATENCY,
        ],
        tags=tags,
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

sustained = gateway_workload(
    "dicom/sustained",
    "a steady rate of 40 KB instances for a minute: the rate is held, memory stays flat",
    loop=open_loop(150, seconds=60, users=4, warmup=5),
    quick=open_loop(120, seconds=2, users=4, warmup=0.3),
    thresholds=[
        *RECEIVE_LATENCY,
        Threshold("memory.lasting_growth", target="100B", warning="300B", critical="1KB"),
    ],
    tags={"memory"},
)

memory = gateway_workload(
    "dicom/memory",
    "growth per instance of 512 KB over four associations: a tenth of one at most",
    loop=closed_loop(4, operations=2_000, warmup=200),
    quick=closed_loop(4, operations=400, warmup=100),
    parameters=sending(LARGE),
    thresholds=[
        Threshold("memory.growth_per_operation", target="2KB", warning="10KB", critical="50KB"),
        NO_FAILURES,
    ],
    tags={"memory"},
)

churn = gateway_workload(
    "dicom/churn",
    "an association for each instance, over four connections at a time",
    Churner,
    loop=closed_loop(4, seconds=4, warmup=0.5),
    quick=closed_loop(4, seconds=1.5, warmup=0.2),
    thresholds=[
        Threshold("response.p95", target="100ms", warning="500ms", critical="2s"),
        NO_FAILURES,
    ],
)

burst = gateway_workload(
    "dicom/burst",
    "sixty instances at once, again and again, over sixteen associations: none is lost",
    loop=open_loop(150, seconds=5, arrivals="burst", burst=60, users=16),
    quick=open_loop(120, seconds=2, arrivals="burst", burst=60, users=16),
    thresholds=[
        Threshold("response.mean", target="200ms", warning="500ms", critical="1s"),
        Threshold("response.p95", target="400ms", warning="1s", critical="2s"),
        NO_FAILURES,
    ],
)

mixed = gateway_workload(
    "dicom/mixed",
    "six modalities, 40 KB to 4 MB, in turn over each association; --set data=FOLDER for yours",
    loop=closed_loop(4, seconds=4, warmup=0.5),
    quick=closed_loop(4, operations=240, warmup=40),
    parameters=sending(data="CT:524288,MR:131072,US:40000,OT:262144,CR:2000000,DX:4000000"),
    thresholds=[
        Threshold("response.p95", target="250ms", warning="1s", critical="4s"),
        NO_FAILURES,
    ],
)

admission = gateway_workload(
    "dicom/admission",
    "eighteen want an association, twelve get one, the others hear 2/3/2; again and again",
    AssociationCrowd,
    system=gateway_server(associations=12),
    loop=closed_loop(1, operations=20),
    quick=closed_loop(1, operations=4),
    parameters={"beyond": 6},
    metrics=ADMISSION,
    thresholds=[
        Threshold("limit.excess", critical=0),
        Threshold("limit.shortfall", critical=0),
        Threshold("failures", target=0, critical=0),
    ],
    checks=(),
    timeout=60,
    tags={"limits"},
)

disk_full = gateway_workload(
    "dicom/disk-full",
    "a disk with room for five hundred instances: the rest is refused with 0xA700, and leaves nothing",
    system=gateway_server(space=22_000_000),
    loop=closed_loop(4, seconds=4),
    quick=closed_loop(4, operations=900),
    thresholds=[Threshold("failures", target=0, critical=0)],
    checks=[what_was_refused_left_nothing, *KEPT],
    tags={"limits"},
)

file_io = Workload(
    "dicom/file-io",
    Component(Cabinet, needs=("dicom", "pydicom"), size=SMALL, seed=1, count=64, fsync=False),
    Clerk,
    loop=closed_loop(1, seconds=3, warmup=0.3),
    quick=closed_loop(1, operations=2 * ENOUGH + 200, warmup=100),
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
