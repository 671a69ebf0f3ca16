"""Planned starts of an open loop, as they come due."""

from __future__ import annotations

import asyncio

from suite.contract.user import current_user
from suite.engine.clock import Alarm, now
from suite.engine.free_users import FreeUsers
from suite.engine.segment import Segment
from suite.engine.user_group import UserGroup, cancelled
from suite.measure.columns import Columns
from suite.records.outcome import Outcome


class PlannedStarts:
    """Rows of a group that come due one after another; a subclass says who runs them."""

    def __init__(self, group: UserGroup, *, drop: bool, spin: int) -> None:
        self._group = group
        self._drop = drop
        self._segment: Segment | None = Segment(group.file)
        self._next = 0
        self._adding = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._done = asyncio.Event()
        self._alarm = Alarm(asyncio.get_running_loop(), self._dispatch, spin=spin)

    @property
    def busy(self) -> bool:
        """Whether any operation is in flight or waiting."""
        raise NotImplementedError

    def _dispatch_due(self, segment: Segment, moment: int) -> None:
        """Hand out what is due by `moment`."""
        raise NotImplementedError

    async def all_dispatched(self) -> None:
        """Wait until every row has been looked at."""
        await asyncio.sleep(0)  # all users are free before the first row is due
        self._dispatch()
        await self._done.wait()

    def stop(self) -> None:
        """Look at no row that is due later than now."""
        self._dispatch()
        self._segment = None
        self._done.set()

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

    def _number(self) -> int | None:
        """A number for one user more; None if there can't be more."""
        group = self._group
        return group.numbering.take() if len(group.sessions) + self._adding < group.plan.limit else None

    @staticmethod
    def _refused(columns: Columns, row: int) -> None:
        """The user for it could not connect: it has failed."""
        columns.started[row] = at = now()
        columns.outcome[row] = Outcome.failed
        columns.finished[row] = at


class Arrivals(PlannedStarts):
    """Planned starts meet free users: one that finds none makes a new user, waits, or is dropped."""

    def __init__(self, group: UserGroup, *, drop: bool, spin: int) -> None:
        super().__init__(group, drop=drop, spin=spin)
        self._users = FreeUsers(group)
        for session in group.sessions:
            session.task = asyncio.create_task(self._users.serve(session))
            self._tasks.add(session.task)

    @property
    def busy(self) -> bool:
        """Whether any operation is in flight or waiting."""
        users = self._users
        return bool(users.waiting or self._adding or len(users.free) < len(self._group.sessions))

    def _dispatch_due(self, segment: Segment, moment: int) -> None:
        columns, rows = segment.columns, segment.rows
        intended, dispatched = columns.intended, columns.dispatched
        free, waiting = self._users.free, self._users.waiting
        while (row := self._next) < rows and intended[row] <= moment:
            self._next = row + 1
            dispatched[row] = moment
            if free:
                free.pop().wake.set_result((columns, row))
            elif (number := self._number()) is not None:
                self._adding += 1
                self._tasks.add(asyncio.create_task(self._add(columns, row, number)))
            elif not self._drop:
                waiting.append((columns, row))

    async def _add(self, columns: Columns, row: int, number: int) -> None:
        """A new user for `row`; if it can't connect the operation failed."""
        group = self._group
        session = await group.open(number)
        self._adding -= 1
        if session is None:
            self._refused(columns, row)
            return
        session.task = asyncio.current_task()
        current_user.set(session.user)
        await group.perform(session, columns, row)
        await self._users.serve(session)
