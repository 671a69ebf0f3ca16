"""A replayed log's sessions: each begins at its time and then asks one thing after another."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine
from typing import Any

from suite.contract.user import current_user
from suite.engine.arrivals import PlannedStarts
from suite.engine.segment import Segment
from suite.engine.user_group import UserGroup, UserSession
from suite.measure.columns import Columns


class _Visit:
    """What one session still has to do; `last` says that nothing comes after it."""

    __slots__ = ("last", "number", "todo", "wake")

    def __init__(self, number: int) -> None:
        self.number = number
        self.todo: deque[tuple[Columns, int]] = deque()
        self.last = False
        self.wake: asyncio.Future[None] | None = None


class Sessions(PlannedStarts):
    """Each session is a new user's, that leaves when it has done all. A request that comes due while its
    user is busy waits with its intended time kept.

    As many users as connected before the load are kept in stock, so that connecting is no part of the first
    response as long as sessions don't begin faster than users connect. A session that finds no user, where
    there can't be more, waits for one that leaves; or what it asks is dropped.
    """

    def __init__(self, group: UserGroup, *, drop: bool, spin: int) -> None:
        super().__init__(group, drop=drop, spin=spin)
        assert group.script is not None
        self._script = group.script
        self._visits: dict[int, _Visit] = {}
        self._waiting: deque[_Visit] = deque()
        self._stock = deque(group.sessions)
        self._kept = len(self._stock)
        self._ordered = 0
        self._unended = 0

    @property
    def busy(self) -> bool:
        return self._unended > 0

    def _dispatch_due(self, segment: Segment, moment: int) -> None:
        columns, rows = segment.columns, segment.rows
        intended, dispatched, visits = columns.intended, columns.dispatched, self._visits
        while (row := self._next) < rows and intended[row] <= moment:
            self._next = row + 1
            dispatched[row] = moment
            place = columns.first + row
            number = self._script.session[place]
            visit = visits.get(number)
            if visit is None:
                visit = _Visit(number)
                if not self._begun(visit):
                    if self._drop:
                        continue
                    self._waiting.append(visit)
                visits[number] = visit
            visit.todo.append((columns, row))
            visit.last = bool(self._script.last[place])
            self._unended += 1
            if visit.wake is not None:
                visit.wake.set_result(None)
                visit.wake = None

    def _begun(self, visit: _Visit) -> bool:
        """Give it a user, if there is one to be had."""
        if self._stock:
            self._spawn(self._serve(visit, self._stock.popleft()))
            self._restock()
        elif (number := self._number()) is not None:
            self._adding += 1
            self._spawn(self._join(visit, number))
        else:
            return False
        return True

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is None:  # else `close` raises it
            self._tasks.discard(task)

    async def _join(self, visit: _Visit, number: int) -> None:
        session = await self._group.open(number)
        self._adding -= 1
        if session is not None:
            await self._serve(visit, session)
            return
        del self._visits[visit.number]
        self._unended -= len(visit.todo)
        for columns, row in visit.todo:
            self._refused(columns, row)
        self._admit()

    async def _serve(self, visit: _Visit, session: UserSession) -> None:
        session.task = asyncio.current_task()
        current_user.set(session.user)
        while True:
            while visit.todo:
                columns, row = visit.todo.popleft()
                session.user.logged = self._script.logged(columns.first + row)
                await self._group.perform(session, columns, row)
                self._unended -= 1
            if visit.last:
                break
            visit.wake = asyncio.get_running_loop().create_future()
            await visit.wake
        del self._visits[visit.number]
        await self._group.release(session)
        self._admit()

    def _admit(self) -> None:
        """There is room for a user more: for who waits, else for the stock."""
        if self._waiting and self._begun(self._waiting[0]):
            self._waiting.popleft()
        else:
            self._restock()

    def _restock(self) -> None:
        while (
            self._segment is not None
            and len(self._stock) + self._ordered < self._kept
            and (number := self._number()) is not None
        ):
            self._adding += 1
            self._ordered += 1
            self._spawn(self._order(number))

    async def _order(self, number: int) -> None:
        session = await self._group.open(number)
        self._adding -= 1
        self._ordered -= 1
        if session is None:
            return
        if self._waiting:
            self._spawn(self._serve(self._waiting.popleft(), session))
        else:
            self._stock.append(session)
