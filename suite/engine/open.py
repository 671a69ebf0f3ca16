"""The open loop: operations start at planned times, whatever the system does."""

from __future__ import annotations

import asyncio
from collections import deque

from suite.contract.loop import OpenLoop
from suite.contract.user import current_user
from suite.engine.clock import Alarm, now, sleep_until
from suite.engine.segment import Segment
from suite.engine.user_group import UserGroup, UserSession, cancelled
from suite.measure.columns import Columns
from suite.records.outcome import Outcome

_LOOK = 0.002  # s between looks at what is still in flight at the end


async def run_open(group: UserGroup, loop: OpenLoop, start: int) -> None:
    """Start the rows of `group` when they are due; the loop began at monotonic nanosecond `start`.

    After the end operations in flight or waiting have the grace time, then they are cut off.
    """
    arrivals = _Arrivals(group, drop=loop.busy == "drop", spin=round(loop.spin * 1e9))
    try:
        await arrivals.all_dispatched()
        end = start + round((loop.warmup + loop.seconds) * 1e9)
        await sleep_until(end)
        limit = end + round(group.workload.grace * 1e9)
        while arrivals.busy and now() < limit:
            await asyncio.sleep(_LOOK)
    finally:
        await arrivals.close()


class _Arrivals:
    """Planned starts meet free users: one that finds none makes a new user, waits, or is dropped."""

    def __init__(self, group: UserGroup, *, drop: bool, spin: int) -> None:
        self._group = group
        self._drop = drop
        self._segment: Segment | None = Segment(group.file)
        self._next = 0
        self._adding = 0
        self._free: deque[UserSession] = deque()
        self._waiting: deque[tuple[Columns, int]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._done = asyncio.Event()
        self._alarm = Alarm(asyncio.get_running_loop(), self._dispatch, spin=spin)
        for session in group.sessions:
            session.task = asyncio.create_task(self._work(session))
            self._tasks.add(session.task)

    @property
    def busy(self) -> bool:
        """Whether any operation is in flight or waiting."""
        return bool(self._waiting or self._adding or len(self._free) < len(self._group.sessions))

    async def all_dispatched(self) -> None:
        """Wait until every row has been looked at."""
        await asyncio.sleep(0)  # all users are free before the first row is due
        self._dispatch()
        await self._done.wait()

    async def close(self) -> None:
        """Cut off what is still in flight."""
        self._alarm.close()
        await cancelled(self._tasks)

    def _dispatch(self) -> None:
        moment = now()
        while (segment := self._segment) is not None:
            self._dispatch_due(segment, moment)
            if self._next < segment.rows:
                self._alarm.set(segment.columns.intended[self._next])
                return
            self._segment, self._next = segment.after(), 0
        self._done.set()

    def _dispatch_due(self, segment: Segment, moment: int) -> None:
        columns, rows = segment.columns, segment.rows
        intended, dispatched = columns.intended, columns.dispatched
        while (row := self._next) < rows and intended[row] <= moment:
            self._next = row + 1
            dispatched[row] = moment
            if self._free:
                self._free.pop().wake.set_result((columns, row))
            elif (number := self._number()) is not None:
                self._adding += 1
                self._tasks.add(asyncio.create_task(self._add(columns, row, number)))
            elif not self._drop:
                self._waiting.append((columns, row))

    async def _work(self, session: UserSession) -> None:
        current_user.set(session.user)
        loop = asyncio.get_running_loop()
        while True:
            if self._waiting:
                columns, row = self._waiting.popleft()
            else:
                session.wake = loop.create_future()
                self._free.append(session)
                columns, row = await session.wake
            await self._group.perform(session, columns, row)

    def _number(self) -> int | None:
        """A number for one user more; None if there can't be more."""
        group = self._group
        return group.numbering.take() if len(group.sessions) + self._adding < group.plan.limit else None

    async def _add(self, columns: Columns, row: int, number: int) -> None:
        """A new user for `row`; if it can't connect the operation failed."""
        group = self._group
        session = await group.open(number)
        self._adding -= 1
        if session is None:
            columns.started[row] = at = now()
            columns.outcome[row] = Outcome.failed
            columns.finished[row] = at
            return
        session.task = asyncio.current_task()
        current_user.set(session.user)
        await group.perform(session, columns, row)
        await self._work(session)
