"""The open loop: operations start at planned times, whatever the system does."""

from __future__ import annotations

import asyncio
import contextlib

from suite.contract.loop import OpenLoop
from suite.engine.arrivals import Arrivals
from suite.engine.clock import now
from suite.engine.sessions import Sessions
from suite.engine.user_group import UserGroup

_LOOK = 0.002  # s between looks at what is still in flight at the end


class OpenUsers:
    """Starts the rows of a group when they are due; the loop began at monotonic nanosecond `start`.

    After the end operations in flight or waiting have the grace time, then they are cut off.
    """

    def __init__(self, group: UserGroup, loop: OpenLoop, start: int) -> None:
        self._group = group
        self._end = start + round((loop.warmup + loop.seconds) * 1e9)
        kind = Arrivals if group.script is None else Sessions
        self._arrivals = kind(group, drop=loop.busy == "drop", spin=round(loop.spin * 1e9))
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Work until the end, or `stop`."""
        try:
            await self._arrivals.all_dispatched()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout((self._end - now()) / 1e9):
                    await self._stopped.wait()
            limit = min(self._end, now()) + round(self._group.workload.grace * 1e9)
            while self._arrivals.busy and now() < limit:
                await asyncio.sleep(_LOOK)
        finally:
            await self._arrivals.close()

    def stop(self) -> None:
        """Start nothing more that is not due by now."""
        self._arrivals.stop()
        self._stopped.set()
