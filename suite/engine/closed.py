"""The closed loop: each user starts its next operation after the last one and its think time.

This is the hot path: it stores, and nothing else.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Coroutine
from typing import Any

from suite.contract.loop import ClosedLoop
from suite.contract.user import current_user
from suite.engine.clock import now, sleep_until
from suite.engine.error_counts import ENDS
from suite.engine.live_users import LiveUsers
from suite.engine.segment import Segment
from suite.engine.user_group import NEVER, UserGroup, UserSession, cancelled
from suite.errors import Ended

Think = float | tuple[float, float]


class ClosedUsers(LiveUsers):
    """The users of a group at work, from monotonic nanosecond `start` on.

    In a live plan they come and go as `resize` says, until `stop`. After the end operations in flight have
    the grace time, then they are cut off.
    """

    def __init__(self, group: UserGroup, loop: ClosedLoop, start: int) -> None:
        super().__init__(group)
        self.ended: list[int] = []
        """When users had nothing left to do, in monotonic nanoseconds."""
        self._loop = loop
        self._start = start
        self._end = NEVER
        if loop.seconds is not None and not group.plan.live:
            self._end = start + round((loop.warmup + loop.seconds) * 1e9)
        self._begun = False
        self._over = asyncio.Event()
        self._stays = group.plan.live
        self._segment = Segment(group.file, bounded=not group.plan.live)
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Work until the end, or until there is nothing left to do."""
        await sleep_until(self._start)
        if not self._group.choices:
            return
        if self._group.plain:
            _run_plain(self._group, self._loop, self._end)
            return
        self._begun = True
        for session in self._group.sessions:
            self._begin(session)
        if self._end != NEVER:
            self._cut_after(max(0.0, (self._end - now()) / 1e9))
        if self._tasks or self._stays:
            await self._over.wait()
        await cancelled(self._tasks)

    def stop(self) -> None:
        """Begin nothing more."""
        self._stays = False
        for session in self._group.sessions:
            self._retire(session)
        if self._tasks:
            self._cut_after(0.0)
        else:
            self._over.set()

    def _cut_after(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds + self._group.workload.grace, self._over.set)

    def _begin(self, session: UserSession) -> None:
        if not self._begun:  # all that are there begin together
            return
        session.end = min(session.end, self._end)
        session.task = asyncio.create_task(self._work(session))
        self._tasks.add(session.task)
        session.task.add_done_callback(self._ended)

    def _work(self, session: UserSession) -> Coroutine[Any, Any, None]:
        return _user(self._group, session, self._loop, self._segment, self._after)

    def _after(self, segment: Segment) -> Segment | None:
        """The segment that follows. Who comes later begins there: one that all have left is unmapped."""
        following = segment.after()
        if segment is self._segment and following is not None:
            self._segment = following
        return following

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.ended.append(now())
        self._tasks.discard(task)
        if not self._tasks and not self._stays:
            self._over.set()

    def _retire(self, session: UserSession) -> None:
        session.end = 0
        if session.row < 0 and session.task is not None:  # it thinks, or waits for its turn
            session.task.cancel()


def _run_plain(group: UserGroup, loop: ClosedLoop, end: int) -> None:
    """The loop of a Component with plain operations: no event loop in between."""
    choices, period = group.choices, len(group.choices)
    users = [session.user for session in group.sessions]
    bodies = [group.operations[name].body if name in group.operations else None for name in group.names]
    thinks = _thinks(group, loop)
    thinking = any(thinks)
    clock = now
    segment: Segment | None = Segment(group.file, bounded=True)
    while segment is not None:
        columns = segment.columns
        started, finished = columns.started, columns.finished
        for row in range(segment.rows):
            code = choices[row % period]
            body = bodies[code]
            user = users[row % len(users)]
            begun = clock()
            if begun >= end:
                return
            started[row] = begun
            try:
                body(user)  # type: ignore[misc]
                finished[row] = clock()
            except Ended:
                raise
            except ENDS as error:
                at = clock()
                columns.outcome[row] = group.errors.add(group.names[code], error, at)
                finished[row] = at  # last: who reads meanwhile takes the row for ended
            if thinking and (pause := _pause(group, thinks[code])):
                if clock() + pause * 1e9 >= end:
                    return
                time.sleep(pause)
        segment = segment.after()


async def _user(
    group: UserGroup,
    session: UserSession,
    loop: ClosedLoop,
    segment: Segment | None,
    after: Callable[[Segment], Segment | None],
) -> None:
    names, bodies, user, number = group.names, group.bodies, session.user, session.number
    choices, period = group.choices, len(group.choices)
    current_user.set(user)
    thinks = _thinks(group, loop)
    thinking = any(thinks)
    # Operations of a component may never really wait; without a turn for the others one user
    # would do all the work.
    yielding = group.component and (group.plan.live or len(group.sessions) > 1)
    clock = now
    left = -1 if loop.each is None or group.plan.live else loop.each + math.ceil(loop.warmup)
    while segment is not None:
        columns = session.columns = segment.columns
        take, rows = segment.take, segment.rows
        started, finished, owner = columns.started, columns.finished, columns.user
        while left:
            begun = clock()
            if begun >= session.end:
                return
            if (row := take()) >= rows:
                break
            left -= 1
            code = choices[row % period]
            user._operation = names[code]
            session.row = row
            owner[row] = number
            started[row] = begun
            try:
                await bodies[code](user)  # type: ignore[misc]
                finished[row] = clock()
            except ENDS as error:
                await group.settle(session, row, error)
                await asyncio.sleep(0)  # what fails at once must not keep the others from their turn
            session.row = -1
            if thinking and (pause := _pause(group, thinks[code])):
                if clock() + pause * 1e9 >= session.end:
                    return
                await asyncio.sleep(pause)
            elif yielding:
                await asyncio.sleep(0)
        segment = after(segment) if left else None


def _thinks(group: UserGroup, loop: ClosedLoop) -> list[Think]:
    """The think time after each operation, by code."""
    own = {name: o.think for name, o in group.operations.items() if o.think is not None}
    return [own.get(name, loop.think) for name in group.names]


def _pause(group: UserGroup, think: Think) -> float:
    return group.random.uniform(*think) if isinstance(think, tuple) else think
