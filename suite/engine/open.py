"""The open loop: operations start at planned times, whatever the system does."""

from __future__ import annotations

import asyncio

from suite.contract.loop import OpenLoop
from suite.engine.arrivals import Arrivals
from suite.engine.clock import now, sleep_until
from suite.engine.sessions import Sessions
from suite.engine.user_group import UserGroup

_LOOK = 0.002  # s between looks at what is still in flight at the end


async def run_open(group: UserGroup, loop: OpenLoop, start: int) -> None:
    """Start the rows of `group` when they are due; the loop began at monotonic nanosecond `start`.

    After the end operations in flight or waiting have the grace time, then they are cut off.
    """
    kind = Arrivals if group.script is None else Sessions
    arrivals = kind(group, drop=loop.busy == "drop", spin=round(loop.spin * 1e9))
    try:
        await arrivals.all_dispatched()
        end = start + round((loop.warmup + loop.seconds) * 1e9)
        await sleep_until(end)
        limit = end + round(group.workload.grace * 1e9)
        while arrivals.busy and now() < limit:
            await asyncio.sleep(_LOOK)
    finally:
        await arrivals.close()
