"""Load tests of a DICOM gateway: `suite run dicom`."""

from __future__ import annotations

from suite.reference.dicom.load.forwarding import (
    destination_killed,
    failing_destination,
    fan_out,
    forward,
    forward_throughput,
    killed,
    killed_again,
    slow_destination,
)
from suite.reference.dicom.load.pools import (
    pool_acquire,
    pool_postgresql,
    pool_queries,
    pool_saturation,
    pool_sqlite,
)
from suite.reference.dicom.load.receiving import (
    admission,
    burst,
    churn,
    disk_full,
    file_io,
    memory,
    mixed,
    receive,
    receive_concurrent,
    receive_large,
    sustained,
)

__all__ = [
    "admission", "burst", "churn", "destination_killed", "disk_full", "failing_destination", "fan_out",
    "file_io", "forward", "forward_throughput", "killed", "killed_again", "memory", "mixed", "pool_acquire",
    "pool_postgresql", "pool_queries", "pool_saturation", "pool_sqlite", "receive", "receive_concurrent",
    "receive_large", "slow_destination", "sustained",
]  # fmt: skip
