"""Whether there is room for what a loop plans, before anything of it is."""

from __future__ import annotations

import math

from suite.contract.loop import Loop, OpenLoop
from suite.contract.replay import Replay
from suite.errors import ConfigurationError
from suite.measure.columns import ROW_BYTES
from suite.measure.room import room
from suite.units import format_quantity

_USER, _WORKER = 5 << 10, 10 << 20
"""Bytes that one takes at least: what has no room by these has none."""


def planned_rows(loop: Loop) -> int | None:
    """Operations that it plans, its warm-up too; of Poisson arrivals about so many. None: as many as come."""
    if isinstance(loop, OpenLoop):
        if isinstance(loop.arrivals, Replay):
            return loop.arrivals.summary.planned if loop.arrivals.summary else None
        return math.ceil(loop.expected + loop.rate * loop.warmup)
    if loop.total is None:
        return None
    warm = math.ceil(loop.warmup)
    return loop.total + warm * (loop.users if loop.each is not None else 1)


def check_room(name: str, loop: Loop) -> None:
    """Raise ConfigurationError for a plan that memory has no room for."""
    rows, there = planned_rows(loop), room()
    if rows is None or there is None or rows * ROW_BYTES <= there:
        return
    less = "a lower rate or fewer seconds" if isinstance(loop, OpenLoop) else "fewer operations"
    raise ConfigurationError(
        f"{name}: {rows:,} operations take {format_quantity(rows * ROW_BYTES, 'B')} to record, and there is "
        f"memory for {there // ROW_BYTES:,}; give {less}, or more memory"
    )


def check_parties(name: str, loop: Loop, workers: int) -> None:
    """The same for users and workers that memory has no room for: one zero too many is soon typed."""
    there = room()
    for count, size, what in ((loop.users or 0, _USER, "users"), (workers, _WORKER, "workers")):
        if there is not None and count * size > there:
            raise ConfigurationError(
                f"{name}: {count:,} {what} take {format_quantity(count * size, 'B')} at least, and there is "
                f"memory for {there // size:,}; give fewer, or more memory"
            )
