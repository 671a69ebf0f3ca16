"""One class of users in one worker: connected, timed, cut off when they take too long, closed."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Mapping
from inspect import isawaitable
from random import Random
from typing import Any

from suite.contract.loop import OpenLoop
from suite.contract.user import Operation, User, current_user, nested_row
from suite.contract.workload import Workload
from suite.engine.clock import now
from suite.engine.error_counts import ENDS, ErrorCounts, ours
from suite.engine.hollow import hollow
from suite.engine.nested import Nested
from suite.engine.numbering import Numbering
from suite.engine.retrying import Body, Retrying
from suite.engine.script import Script
from suite.engine.worker_plan import CONNECT, GroupPlan
from suite.errors import ConfigurationError
from suite.measure.column_file import ColumnFile
from suite.measure.columns import Columns
from suite.measure.mark_file import MarkFile

_CONNECTING_AT_ONCE = 64
_WATCH = 0.25  # s
NEVER = 1 << 62
"""Later than any moment, in monotonic nanoseconds."""


class UserSession:
    """A connected user and the row of `columns` that it is working on, -1 between operations.

    It starts none after monotonic nanosecond `end`.
    """

    __slots__ = ("_marks", "columns", "end", "expired", "number", "row", "task", "user", "wake")

    def __init__(self, user: User, marks: MarkFile | None) -> None:
        self.user = user
        self.number = user.index + 1
        self._marks = marks
        if marks is not None:
            user._marker = self.mark
        self.columns: Columns
        self.row = -1
        self.end = NEVER
        self.expired = False
        self.task: asyncio.Task[None] | None = None
        self.wake: asyncio.Future[tuple[Columns, int]]

    def mark(self, since: int, at: int) -> int:
        """Note for the running operation what has come `at`, or has not; see MarkFile.

        Returns what is `since` for the next of the stream: 0 for what belongs to no operation.
        """
        if self.row < 0 or self.user._operation == CONNECT or self._marks is None:
            return 0
        self._marks.add(self.columns.first + self.row, nested_row(), since, at)
        return at


class UserGroup:
    """The users of one GroupPlan: connected, run through their rows, closed."""

    def __init__(
        self,
        workload: Workload,
        plan: GroupPlan,
        file: ColumnFile,
        nested: Nested,
        errors: ErrorCounts,
        numbering: Numbering,
        marks: MarkFile | None,
        *,
        names: tuple[str, ...],
        target: Any,
        prepared: Any,
        kept: int,
        seed: int,
        component: bool,
        alone: bool,
        script: Script | None = None,
    ) -> None:
        self.workload = workload
        self.plan = plan
        self.file = file
        self.nested = nested
        self.errors = errors
        self.numbering = numbering
        self.marks = marks
        self.names = names
        self.target = target
        self.prepared = prepared
        self.component = component
        self.script = script
        self._alone = alone
        self._kept = kept
        self._seed = seed
        self._class = list(workload.users)[plan.share]
        self.operations = {o.name: o for o in self._class.operations()}
        self._empty = False
        self._others: tuple[dict[str, Operation], list[Body | None]] | None = None  # made once
        self.choices = plan.choices
        self.random = Random(seed)
        retry = workload.retry
        self.retrying = (
            Retrying(retry, self._reconnect, self.random.uniform, errors.moments) if retry else None
        )
        self.bodies: list[Body | None] = self._bodies(self.operations)
        self.sessions: list[UserSession] = []
        self.refused = 0
        self._misused: ConfigurationError | None = None

    @property
    def plain(self) -> bool:
        """Whether nothing here needs the event loop: no async operation, no other group beside."""
        if self.plan.live or self.retrying or not self._alone:
            return False
        return not any(o.is_async for o in self.operations.values())

    def choose(self, only: str, *, empty: bool = False) -> None:
        """Have the loop start the operation `only` ("": the plan's mix); nothing if this class has none.

        With `empty` operations do nothing from now on.
        """
        if empty != self._empty:
            others = self._others
            if others is None:
                others = (nothing := hollow(self.operations)), self._bodies(nothing)
            self._others = self.operations, self.bodies
            (self.operations, self.bodies), self._empty = others, empty
        codes = [self.names.index(only)] if only in self.operations else []
        self.choices = array("H", codes) if only else self.plan.choices

    async def connect(self) -> None:
        """Connect the plan's users, some at a time; those that can't are counted in `refused`.

        Raises ConfigurationError if `connect` of a user does.
        """
        gate = asyncio.Semaphore(_CONNECTING_AT_ONCE)

        async def one(index: int) -> None:
            async with gate:
                await self.open(index)

        await asyncio.gather(*(one(self.plan.first + i) for i in range(self.plan.users)))
        if self._misused is not None:
            raise self._misused

    async def close(self) -> None:
        """Close all users; what they raise then is counted, not passed on."""
        await asyncio.gather(*(self._end(session.user) for session in self.sessions))
        self.sessions.clear()

    async def release(self, session: UserSession) -> None:
        """Close the session of a user that leaves; whoever joins next has its number."""
        self.sessions.remove(session)
        await self._end(session.user)
        self.numbering.give_back(session.user.index)

    async def open(self, index: int) -> UserSession | None:
        """A connected user, or None if the system would not have it."""
        user = self._class()
        user.index = index
        user.parameters = self.workload.parameters
        user.prepared = self.prepared
        user.random = Random(self._seed * 1_000_003 + index)
        user._kept = self._kept
        user._statuses = self.errors.statuses
        user._operation = CONNECT
        user._recorder = self.nested
        session = UserSession(user, self.marks)
        if not await self._connect(user):
            self.refused += 1
            if self.plan.live or isinstance(self.workload.loop, OpenLoop):  # whoever joins next has it
                self.numbering.give_back(index)
            return None
        self.sessions.append(session)
        return session

    async def _connect(self, user: User) -> bool:
        row = self.nested.begin(CONNECT)
        before = current_user.set(user)
        try:
            async with asyncio.timeout(self.workload.timeout):
                await _settled(user.connect(self.target))
        except ENDS as error:
            self.nested.end(row, ours(error))
            if isinstance(error, ConfigurationError):
                self._misused = self._misused or error
            return False
        finally:
            current_user.reset(before)
        self.nested.end(row, None)
        return True

    async def perform(self, session: UserSession, columns: Columns, row: int) -> None:
        """Run the operation of `row` and note how it ended."""
        code = self.code(columns, row)
        session.user._operation = self.names[code]
        session.columns = columns
        session.row = row
        columns.user[row] = session.number
        columns.started[row] = now()
        try:
            await self.bodies[code](session.user)  # type: ignore[misc]
            columns.finished[row] = now()
        except ENDS as error:
            await self.settle(session, row, error)
        session.row = -1

    async def settle(self, session: UserSession, row: int, error: BaseException) -> None:
        """Note how an operation ended that did not end well; a cancellation by the drain goes on."""
        at = now()
        cut_off = isinstance(error, asyncio.CancelledError) and session.expired
        if not cut_off:
            error = ours(error)
        columns = session.columns
        due = columns.intended[row] or columns.started[row]
        columns.outcome[row] = self.errors.add(self.names[self.code(columns, row)], error, at, due)
        columns.finished[row] = at  # last: who reads meanwhile takes the row for ended
        if cut_off:
            session.expired = False
            if session.task is not None:
                session.task.uncancel()
            session.row = -1
            await self._reconnect(session.user)

    async def _reconnect(self, user: User) -> None:
        """A session whose operation was cut off is in an unknown state: begin a new one."""
        await self._end(user)
        running, user._operation = user._operation, CONNECT
        try:
            await self._connect(user)
        finally:
            user._operation = running  # there may be another attempt at it

    async def _end(self, user: User) -> None:
        try:
            async with asyncio.timeout(self.workload.grace):
                await user._end()
        except ENDS as error:
            self.errors.add("close", ours(error), now())

    async def watch(self, *, often: bool) -> None:
        """Cancel operations that take longer than the workload's timeout."""
        limit = round(self.workload.timeout * 1e9)
        seldom = self.workload.timeout / 10
        while True:
            await asyncio.sleep(min(_WATCH, seldom) if often else seldom)
            oldest = now() - limit
            for session in self.sessions:
                if session.row < 0 or session.expired or session.task is None:
                    continue
                if 0 < session.columns.started[session.row] < oldest:
                    session.expired = True
                    session.task.cancel()

    def code(self, columns: Columns, row: int) -> int:
        """Which operation a row runs, as an index into the names."""
        if self.script is not None:
            return columns.operation[row]
        return self.choices[row % len(self.choices)]

    def _bodies(self, operations: Mapping[str, Operation]) -> list[Body | None]:
        return [self._body(name, operations.get(name)) for name in self.names]

    def _body(self, name: str, found: Operation | None) -> Body | None:
        """The operation `name` as a coroutine function, tried again as the workload says."""
        if found is None:
            return None
        plain = found.body

        async def awaitable(user: Any) -> Any:
            return plain(user)

        body = plain if found.is_async else awaitable
        return self.retrying.around(name, body) if self.retrying else body


async def _settled(result: Any) -> Any:
    return await result if isawaitable(result) else result


async def cancelled(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel and wait; a fault of ours in a task is raised, the rest is over."""
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome
