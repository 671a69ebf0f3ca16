"""The open loop of a live plan: starts come as they are told, and so do users."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable

from suite.contract.loop import OpenLoop
from suite.engine.clock import Alarm, now
from suite.engine.free_users import FreeUsers
from suite.engine.live_users import LiveUsers
from suite.engine.segment import Segment
from suite.engine.user_group import UserGroup, UserSession, cancelled
from suite.measure.columns import Columns
from suite.records.outcome import Outcome

_LOOK = 0.002


class ScheduledUsers(LiveUsers):
    """Users of a group, who do what `schedule` tells when it is due; none is added but by `resize`.

    A start that finds no free user waits with its intended time kept, or is dropped, as the loop says.
    """

    def __init__(self, group: UserGroup, loop: OpenLoop) -> None:
        super().__init__(group)
        self._drop = loop.busy == "drop"
        self._alarm = Alarm(asyncio.get_running_loop(), self._dispatch, spin=round(loop.spin * 1e9))
        self._segment: Segment | None = Segment(group.file)
        self._filled = 0
        self._planned: deque[tuple[int, Columns, int]] = deque()
        self._users = FreeUsers(group)
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Work until `stop`, and what is in flight then ended or had the grace time."""
        try:
            await self._over.wait()
        finally:
            self._alarm.close()
            await cancelled(self._tasks)

    def schedule(self, starts: Iterable[int]) -> None:
        """More starts, in monotonic nanoseconds, none before those told earlier."""
        for at in starts:
            if self._segment is not None and self._filled == self._segment.rows:
                self._segment, self._filled = self._segment.after(), 0
            assert self._segment is not None, "a live plan has no end"
            self._segment.columns.intended[self._filled] = at
            self._planned.append((at, self._segment.columns, self._filled))
            self._filled += 1
        self._dispatch()

    def stop(self) -> None:
        """Start nothing more that is not due by now."""
        self._dispatch()
        for _, columns, row in self._planned:
            columns.intended[row] = 0  # as if it had never been told
        self._planned.clear()
        self._tasks.add(asyncio.create_task(self._drain()))

    async def _drain(self) -> None:
        end = now() + round(self._group.workload.grace * 1e9)
        users = self._users
        while (users.waiting or len(users.free) < len(self._present())) and now() < end:
            await asyncio.sleep(_LOOK)
        self._over.set()

    def _begin(self, session: UserSession) -> None:
        session.task = asyncio.create_task(self._users.serve(session))
        self._tasks.add(session.task)
        session.task.add_done_callback(self._tasks.discard)

    def _retire(self, session: UserSession) -> None:
        session.end = 0
        if session in self._users.free:
            self._users.free.remove(session)
            if session.task is not None:
                session.task.cancel()

    def _dispatch(self) -> None:
        moment, planned, users = now(), self._planned, self._users
        while planned and planned[0][0] <= moment:
            _, columns, row = planned.popleft()
            columns.dispatched[row] = moment
            if users.free:
                users.free.pop().wake.set_result((columns, row))
            elif self._drop:
                columns.outcome[row] = Outcome.dropped
                columns.finished[row] = moment
            else:
                users.waiting.append((columns, row))
        if planned:
            self._alarm.set(planned[0][0])
