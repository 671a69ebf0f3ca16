"""One class of users in one worker, at work. This is the hot path: it stores, and nothing else."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from itertools import count
from random import Random
from typing import Any

from suite.engine.clock import Alarm, now, sleep_until
from suite.engine.plan import CONNECT, LanePlan
from suite.engine.tally import Tally
from suite.loop import ClosedLoop, OpenLoop
from suite.measure.columns import Columns
from suite.outcome import Outcome
from suite.user import User, current_user
from suite.workload import Workload

_FOREVER = 1 << 62
_CONNECTING_AT_ONCE = 64


class Nested:
    """Records operations that other operations await; every User's `_recorder`."""

    def __init__(self, columns: Columns, names: tuple[str, ...], tally: Tally) -> None:
        self._columns = columns
        self._code = {name: code for code, name in enumerate(names)}
        self._names = names
        self._tally = tally
        self._next = 0
        self.lost = 0

    def begin(self, operation: str) -> int:
        """A row that starts now; -1 if the columns are full."""
        row = self._next
        if row >= self._columns.capacity or operation not in self._code:
            self.lost += 1
            return -1
        self._next = row + 1
        self._columns.operation[row] = self._code[operation]
        self._columns.started[row] = now()
        return row

    def end(self, row: int, error: BaseException | None) -> None:
        """The row ended. A cancelled one stays unfinished: its outer operation tells why."""
        if row < 0 or isinstance(error, asyncio.CancelledError):
            return
        self._columns.finished[row] = now()
        if error is not None:
            name = self._names[self._columns.operation[row]]
            self._columns.outcome[row] = self._tally.add(name, error, self._columns.finished[row])


class Session:
    """A connected user and the row that it is working on, -1 between operations."""

    __slots__ = ("expired", "row", "task", "user", "wake")

    def __init__(self, user: User) -> None:
        self.user = user
        self.row = -1
        self.expired = False
        self.task: asyncio.Task[None] | None = None
        self.wake: asyncio.Future[int] | None = None


class Lane:
    """The users of one LanePlan: connected, run through their rows, closed."""

    def __init__(
        self,
        workload: Workload,
        plan: LanePlan,
        columns: Columns,
        nested: Nested,
        tally: Tally,
        *,
        names: tuple[str, ...],
        target: Any,
        kept: int,
        seed: int,
        component: bool,
        alone: bool,
    ) -> None:
        self.workload = workload
        self.plan = plan
        self.columns = columns
        self.nested = nested
        self.tally = tally
        self.names = names
        self.target = target
        self.component = component
        self._alone = alone
        self._kept = kept
        self._seed = seed
        self._class = list(workload.users)[plan.share]
        self._operations = {o.name: o for o in self._class.operations()}
        self._bodies: list[Callable[[Any], Awaitable[Any]] | None] = [self._body(name) for name in names]
        self._random = Random(seed)
        self.sessions: list[Session] = []
        self.refused = 0

    @property
    def plain(self) -> bool:
        """Whether nothing here needs the event loop: no async operation, no other lane beside."""
        return self._alone and not any(o.is_async for o in self._operations.values())

    async def connect(self) -> None:
        """Connect the plan's users, some at a time; those that can't are counted in `refused`."""
        gate = asyncio.Semaphore(_CONNECTING_AT_ONCE)

        async def one(index: int) -> None:
            async with gate:
                await self._open(index)

        await asyncio.gather(*(one(self.plan.first + i) for i in range(self.plan.users)))

    async def close(self) -> None:
        """Close all users; what they raise then is counted, not passed on."""
        for session in self.sessions:
            try:
                async with asyncio.timeout(self.workload.grace):
                    await session.user.end()
            except Exception as error:
                self.tally.add("close", error, now())

    async def run(self, start: int) -> None:
        """Work through the rows from monotonic nanosecond `start` on, then drain within the grace time."""
        loop = self.workload.loop
        watch = asyncio.create_task(self._watch())
        try:
            if isinstance(loop, OpenLoop):
                await self._run_open(loop, start)
            else:
                end = _FOREVER
                if loop.seconds is not None:
                    end = start + round((loop.warmup + loop.seconds) * 1e9)
                await sleep_until(start)
                if self.plain:
                    self._run_plain(loop, end)
                else:
                    await self._run_closed(loop, end)
        finally:
            watch.cancel()

    # Closed loop

    def _run_plain(self, loop: ClosedLoop, end: int) -> None:
        """The loop of a Component with plain operations: no event loop in between."""
        columns, choices = self.columns, self.plan.choices
        started, finished, period = columns.started, columns.finished, len(choices)
        users = [session.user for session in self.sessions]
        bodies = [self._operations[name].body if name in self._operations else None for name in self.names]
        thinks = self._thinks(loop)
        thinking = any(thinks)
        clock = now
        for row in range(self.plan.rows):
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
            except Exception as error:
                at = finished[row] = clock()
                columns.outcome[row] = self.tally.add(self.names[code], error, at)
            if thinking and (pause := self._pause(thinks[code])):
                time.sleep(pause)

    async def _run_closed(self, loop: ClosedLoop, end: int) -> None:
        take = count().__next__
        for session in self.sessions:
            session.task = asyncio.create_task(self._closed_user(session, loop, end, take))
        await self._finish([s.task for s in self.sessions if s.task], end)

    async def _closed_user(
        self, session: Session, loop: ClosedLoop, end: int, take: Callable[[], int]
    ) -> None:
        columns, rows, names, bodies = self.columns, self.plan.rows, self.names, self._bodies
        started, finished = columns.started, columns.finished
        choices, period = self.plan.choices, len(self.plan.choices)
        user = session.user
        current_user.set(user)
        thinks = self._thinks(loop)
        thinking = any(thinks)
        # Operations of a component may never really wait; without a turn for the others one user
        # would do all the work.
        yielding = self.component and len(self.sessions) > 1
        clock = now
        while (row := take()) < rows:
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
            except (Exception, asyncio.CancelledError) as error:
                await self._settle(session, row, error)
            session.row = -1
            if thinking and (pause := self._pause(thinks[code])):
                await asyncio.sleep(min(pause, max(0.0, (end - clock()) / 1e9)))
            elif yielding:
                await asyncio.sleep(0)

    def _thinks(self, loop: ClosedLoop) -> list[float | tuple[float, float]]:
        own = {name: o.think for name, o in self._operations.items() if o.think is not None}
        return [own.get(name, loop.think) for name in self.names]

    def _pause(self, think: float | tuple[float, float]) -> float:
        return self._random.uniform(*think) if isinstance(think, tuple) else think

    # Open loop

    async def _run_open(self, loop: OpenLoop, start: int) -> None:
        plan, columns = self.plan, self.columns
        intended, dispatched = columns.intended, columns.dispatched
        free: deque[Session] = deque()
        waiting: deque[int] = deque()
        tasks: set[asyncio.Task[None]] = set()
        done = asyncio.Event()
        adding = 0
        following = 0
        drop = loop.busy == "drop"

        async def work(session: Session) -> None:
            current_user.set(session.user)
            running = asyncio.get_running_loop()
            while True:
                if waiting:
                    row = waiting.popleft()
                else:
                    session.wake = running.create_future()
                    free.append(session)
                    row = await session.wake
                await self._perform(session, row)

        async def add(row: int) -> None:
            nonlocal adding
            session = await self._open(plan.first + len(self.sessions) + adding)
            adding -= 1
            if session is None:
                columns.started[row] = columns.finished[row] = now()
                columns.outcome[row] = Outcome.failed
                return
            session.task = asyncio.current_task()
            current_user.set(session.user)
            await self._perform(session, row)
            await work(session)

        def dispatch() -> None:
            nonlocal following, adding
            moment = now()
            while following < plan.rows and intended[following] <= moment:
                dispatched[following] = moment
                if free:
                    session = free.pop()
                    session.wake.set_result(following)  # type: ignore[union-attr]
                elif len(self.sessions) + adding < plan.limit:
                    adding += 1
                    task = asyncio.create_task(add(following))
                    tasks.add(task)
                elif not drop:
                    waiting.append(following)
                following += 1
            if following < plan.rows:
                alarm.set(intended[following])
            else:
                done.set()

        for session in self.sessions:
            session.task = asyncio.create_task(work(session))
            tasks.add(session.task)
        await asyncio.sleep(0)
        alarm = Alarm(asyncio.get_running_loop(), dispatch)
        try:
            if plan.rows:
                alarm.set(intended[0])
                await done.wait()
            end = start + round((loop.warmup + loop.seconds) * 1e9)
            await sleep_until(end)
            limit = end + round(self.workload.grace * 1e9)
            while (waiting or adding or any(s.row >= 0 for s in self.sessions)) and now() < limit:
                await asyncio.sleep(0.002)
        finally:
            alarm.close()
            await _cancelled(tasks)

    async def _perform(self, session: Session, row: int) -> None:
        columns = self.columns
        code = self._code(row)
        session.user._operation = self.names[code]
        session.row = row
        columns.started[row] = now()
        try:
            await self._bodies[code](session.user)  # type: ignore[misc]
            columns.finished[row] = now()
        except (Exception, asyncio.CancelledError) as error:
            await self._settle(session, row, error)
        session.row = -1

    # What both share

    async def _open(self, index: int) -> Session | None:
        """A connected user, or None if the system would not have it."""
        user = self._class()
        user.index = index
        user.parameters = self.workload.parameters
        user.random = Random(self._seed * 1_000_003 + index)
        user._kept = self._kept
        user._statuses = self.tally.statuses
        user._operation = CONNECT
        user._recorder = self.nested
        session = Session(user)
        if not await self._connect(user):
            self.refused += 1
            return None
        self.sessions.append(session)
        return session

    async def _connect(self, user: User) -> bool:
        row = self.nested.begin(CONNECT)
        before = current_user.set(user)
        try:
            async with asyncio.timeout(self.workload.timeout):
                await _settled(user.connect(self.target))
        except Exception as error:
            self.nested.end(row, error)
            return False
        finally:
            current_user.reset(before)
        self.nested.end(row, None)
        return True

    async def _settle(self, session: Session, row: int, error: BaseException) -> None:
        """Note how an operation ended that did not end well; a cancellation by the drain goes on."""
        at = now()
        cancelled = isinstance(error, asyncio.CancelledError)
        if cancelled and not session.expired:
            raise error
        columns = self.columns
        columns.finished[row] = at
        columns.outcome[row] = self.tally.add(self.names[self._code(row)], error, at)
        if cancelled:
            session.expired = False
            if session.task is not None:
                session.task.uncancel()
            session.row = -1
            await self._reconnect(session.user)

    async def _reconnect(self, user: User) -> None:
        """A session whose operation was cut off is in an unknown state: begin a new one."""
        try:
            async with asyncio.timeout(self.workload.grace):
                await user.end()
        except Exception as error:
            self.tally.add("close", error, now())
        user._operation = CONNECT
        await self._connect(user)

    async def _watch(self) -> None:
        """Cancel operations that take longer than the workload's timeout."""
        limit = round(self.workload.timeout * 1e9)
        started = self.columns.started
        while True:
            await asyncio.sleep(min(0.25, self.workload.timeout / 10))
            oldest = now() - limit
            for session in self.sessions:
                row = session.row
                if row >= 0 and 0 < started[row] < oldest and session.task and not session.expired:
                    session.expired = True
                    session.task.cancel()

    async def _finish(self, tasks: list[asyncio.Task[None]], end: int) -> None:
        """Wait for the users; after the end they have the grace time, then they are cut off."""
        if not tasks:
            return
        remaining = None if end == _FOREVER else max(0.0, (end - now()) / 1e9) + self.workload.grace
        await asyncio.wait(tasks, timeout=remaining)
        await _cancelled(set(tasks))

    def _code(self, row: int) -> int:
        return self.plan.choices[row % len(self.plan.choices)]

    def _body(self, name: str) -> Callable[[Any], Awaitable[Any]] | None:
        found = self._operations.get(name)
        if found is None or found.is_async:
            return found.body if found else None
        plain = found.body

        async def body(user: Any) -> Any:
            return plain(user)

        return body


async def _settled(result: Any) -> Any:
    return await result if isawaitable(result) else result


async def _cancelled(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel and wait; a fault of ours in a task is raised, the rest is over."""
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome
