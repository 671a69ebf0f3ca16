"""C-STORE out of the gateway: how soon, how fast, and what becomes of it when somebody fails."""

from __future__ import annotations

from typing import Any

from suite import Metric, Threshold, Workload, closed_loop, open_loop
from suite.faults import At, Kill
from suite.reference.dicom.checks import every_instance_arrived, forwards, queue_peak
from suite.reference.dicom.draining import Drainer, fill
from suite.reference.dicom.load.gateways import (
    ENOUGH,
    KEPT,
    NO_FAILURES,
    STORED,
    destination_server,
    gateway_server,
    gateway_workload,
)

QUEUE_PEAK = Metric("queue.peak", "1", "lower", queue_peak, combine="max")
_ARRIVES = (*KEPT, every_instance_arrived)
_ALL_FORWARDED = Threshold("failures@forward", target=0, critical=0)

forward = gateway_workload(
    "dicom/forward",
    "from Success to the sender until Success from the destination, through the queue",
    loop=closed_loop(2, seconds=4, warmup=0.5),
    quick=closed_loop(2, operations=ENOUGH, warmup=100),
    beside={"destination": destination_server()},
    collect=forwards,
    metrics=[QUEUE_PEAK],
    thresholds=[
        Threshold("throughput@forward", target=100, warning=25, critical=5),
        Threshold("response.mean@forward", target="200ms", warning="1s", critical="2s"),
        Threshold("response.p95@forward", target="500ms", warning="2s", critical="5s"),
        Threshold("failures@forward", target=0, critical="1%"),
        NO_FAILURES,
    ],
    checks=[*STORED, every_instance_arrived],
    tags={"queue", "tour"},
)

forward_throughput = gateway_workload(
    "dicom/forward-throughput",
    "ten thousand instances wait when the load begins and nothing arrives: how fast they go",
    Drainer,
    system=gateway_server(queued=10_000),
    loop=closed_loop(1, operations=1),
    prepare=fill,
    beside={"destination": destination_server()},
    collect=forwards,
    thresholds=[
        Threshold("throughput@forward", target=200, warning=50, critical=5),
        _ALL_FORWARDED,
    ],
    parameters={},
    checks=_ARRIVES,
    timeout="10min",
    tags={"queue"},
)


def _forwarding(name: str, description: str, **rest: Any) -> Workload:
    common: dict[str, Any] = {
        "loop": open_loop(100, seconds=8, users=8),
        "quick": open_loop(80, seconds=2, users=8),
        "beside": {"destination": destination_server()},
        "thresholds": [_ALL_FORWARDED, NO_FAILURES],
        "checks": [*STORED, every_instance_arrived],
        "tags": {"queue"},
    }
    return gateway_workload(
        f"dicom/{name}",
        description,
        system=gateway_server(backoff=0.05),
        collect=forwards,
        metrics=[QUEUE_PEAK],
        **(common | rest),
    )


fan_out = _forwarding(
    "fan-out",
    "two destinations, each of which gets everything",
    beside={"destination": destination_server(), "destination-2": destination_server()},
)
slow_destination = _forwarding(
    "slow-destination",
    "an instance takes the destination 20 ms: the queue grows, and those who send are none the slower",
    loop=open_loop(80, seconds=9, users=8),
    beside={"destination": destination_server(delay=0.02)},
    thresholds=[
        Threshold("response.p95@store", target="50ms", warning="250ms", critical="2s"),
        _ALL_FORWARDED,
        NO_FAILURES,
    ],
)
failing_destination = _forwarding(
    "failing-destination",
    "the destination aborts one association in 40 instances and has no room for one in 25: yet all arrive",
    beside={"destination": destination_server(abort_every=40, refuse_every=25)},
)
destination_killed = _forwarding(
    "destination-killed",
    "the destination is killed and comes back after 2 s: what came meanwhile waits, and arrives",
    faults=[At(2, Kill("destination", 2))],
    tags={"queue", "faults"},
)
_BACK = Threshold("failures", target="50%")
"""While the gateway is away nobody can store, and how long that takes is the machine's matter too."""

killed = _forwarding(
    "killed",
    "the gateway is killed amid its load and started again: what it answered Success is there and arrives",
    loop=open_loop(100, seconds=9, users=8),
    quick=open_loop(60, seconds=6, users=8),
    faults=[At(2, Kill("system", 0.5))],
    thresholds=[_ALL_FORWARDED, _BACK],
    checks=_ARRIVES,
    tags={"queue", "faults"},
)
killed_again = _forwarding(
    "killed-again",
    "killed ten times in two minutes: what it answered Success is there and arrives",
    loop=open_loop(60, seconds=126, users=8),
    quick=None,
    faults=[At(4 + 12 * number, Kill("system", 0.2)) for number in range(10)],
    thresholds=[_ALL_FORWARDED, _BACK],
    checks=_ARRIVES,
    tags={"queue", "faults", "slow"},
)
