"""What the gateway's workloads have in common: the gateway, what must hold of it, what is read beside it."""

from __future__ import annotations

from typing import Any

from suite import Observe, Server, Threshold, User, Workload
from suite.data.ct import SMALL
from suite.reference.dicom import destination, gateway
from suite.reference.dicom.checks import (
    every_instance_has_its_row,
    every_instance_is_on_disk,
    figures,
    none_was_lost_or_refused,
)
from suite.reference.dicom.sender import Sender

NEEDS = ("dicom", "pynetdicom", "pydicom")
ENOUGH = 2_050
"""Operations of a quick round that judge a p95 without a note, however fast the machine is."""
KEPT = (every_instance_is_on_disk, every_instance_has_its_row)
STORED = (none_was_lost_or_refused, *KEPT)
POOL = Observe(figures, only=["db_pool_*"])
"""The database pool over time: connections in use, who waited for one and how long."""
_CAUTION = "what is sent is stored there and stays; never load an archive with patients in it"
NO_FAILURES = Threshold("failures", target=0, critical="1%")
RECEIVE_LATENCY = (
    Threshold("response.mean", target="20ms", warning="100ms", critical="1s"),
    Threshold("response.p95", target="50ms", warning="250ms", critical="2s"),
    NO_FAILURES,
)


def sending(size: int = SMALL, data: str = "") -> dict[str, Any]:
    """Parameters of a Sender."""
    return {"size": size, "seed": 1, "data": data, "calling": "LOADLEDGER", "tls": ""}


def gateway_server(**parameters: Any) -> Server:
    """A gateway of its own: a Server belongs to one Workload, which gives it its helpers."""
    defaults: dict[str, Any] = {
        "acceptors": 1, "associations": 32, "max_pdu": 131_072, "backlog": 128, "pool_size": 5,
        "pool_overflow": 5, "pool_timeout": 5.0, "fsync": "none", "quota": 0, "lanes": 1, "backoff": 0.5,
        "attempts": 5,
    }  # fmt: skip
    return Server(gateway.serve, needs=NEEDS, **(defaults | parameters))


def destination_server(**parameters: Any) -> Server:
    """A destination; parameters as in `destination.listen`."""
    defaults: dict[str, Any] = {
        "associations": 32, "max_pdu": 131_072, "delay": 0.0, "refuse_every": 0, "abort_every": 0,
    }  # fmt: skip
    return Server(destination.serve, needs=NEEDS, **(defaults | parameters))


def gateway_workload(
    name: str,
    description: str,
    users: type[User] = Sender,
    *,
    system: Server | None = None,
    **rest: Any,
) -> Workload:
    """Users that store into a gateway of their own: what was answered Success must be there.

    `rest` are arguments of Workload, those that all have in common too.
    """
    common: dict[str, Any] = {"parameters": sending(), "checks": STORED, "observe": POOL, "caution": _CAUTION}
    return Workload(
        name,
        gateway_server() if system is None else system,
        users,
        description=description,
        **(common | rest),
    )
