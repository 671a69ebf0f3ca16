"""The closed loop: each user starts its next operation after the last one and its think time.

This is the hot path: it stores, and nothing else.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from itertools import count

from suite.contract.loop import ClosedLoop
from suite.contract.user import current_user
from suite.engine.clock import now, sleep_until
from suite.engine.error_counts import ENDS
from suite.engine.user_group import UserGroup, UserSession, cancelled

_FOREVER = 1 << 62

Think = float | tuple[float, float]


async def run_closed(group: UserGroup, loop: ClosedLoop, start: int) -> None:
    """Work through the rows of `group` from monotonic nanosecond `start` on.

    After the end operations in flight have the grace time, then they are cut off.
    """
    end = _FOREVER
    if loop.seconds is not None:
        end = start + round((loop.warmup + loop.seconds) * 1e9)
    await sleep_until(start)
    if group.plain:
        _run_plain(group, loop, end)
        return
    take = count().__next__
    for session in group.sessions:
        session.task = asyncio.create_task(_user(group, session, loop, end, take))
    tasks = {session.task for session in group.sessions if session.task}
    if tasks:
        left = None if end == _FOREVER else max(0.0, (end - now()) / 1e9) + group.workload.grace
        await asyncio.wait(tasks, timeout=left)
    await cancelled(tasks)


def _run_plain(group: UserGroup, loop: ClosedLoop, end: int) -> None:
    """The loop of a Component with plain operations: no event loop in between."""
    columns, choices = group.columns, group.plan.choices
    started, finished, period = columns.started, columns.finished, len(choices)
    users = [session.user for session in group.sessions]
    bodies = [group.operations[name].body if name in group.operations else None for name in group.names]
    thinks = _thinks(group, loop)
    thinking = any(thinks)
    clock = now
    for row in range(group.plan.rows):
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
        except ENDS as error:
            at = finished[row] = clock()
            columns.outcome[row] = group.errors.add(group.names[code], error, at)
        if thinking and (pause := _pause(group, thinks[code])):
            if clock() + pause * 1e9 >= end:
                return
            time.sleep(pause)


async def _user(
    group: UserGroup, session: UserSession, loop: ClosedLoop, end: int, take: Callable[[], int]
) -> None:
    columns, rows, names, bodies = group.columns, group.plan.rows, group.names, group.bodies
    started, finished = columns.started, columns.finished
    choices, period = group.plan.choices, len(group.plan.choices)
    user = session.user
    current_user.set(user)
    thinks = _thinks(group, loop)
    thinking = any(thinks)
    # Operations of a component may never really wait; without a turn for the others one user
    # would do all the work.
    yielding = group.component and len(group.sessions) > 1
    clock = now
    own = count() if loop.each is None else iter(range(loop.each + math.ceil(loop.warmup)))
    for _ in own:
        if (row := take()) >= rows:
            return
        code = choices[row % period]
        user._operation = names[code]
        begun = clock()
        if begun >= end:
            return
        session.row = row
        started[row] = begun
        try:
            await bodies[code](user)  # type: ignore[misc]
            finished[row] = clock()
        except ENDS as error:
            await group.settle(session, row, error)
        session.row = -1
        if thinking and (pause := _pause(group, thinks[code])):
            if clock() + pause * 1e9 >= end:
                return
            await asyncio.sleep(pause)
        elif yielding:
            await asyncio.sleep(0)


def _thinks(group: UserGroup, loop: ClosedLoop) -> list[Think]:
    """The think time after each operation, by code."""
    own = {name: o.think for name, o in group.operations.items() if o.think is not None}
    return [own.get(name, loop.think) for name in group.names]


def _pause(group: UserGroup, think: Think) -> float:
    return group.random.uniform(*think) if isinstance(think, tuple) else think
