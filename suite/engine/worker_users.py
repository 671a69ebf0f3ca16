"""The users of a worker: connected, at work on their share of the load, closed, and what became of them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import Any

from suite.contract.component import Component
from suite.contract.loop import OpenLoop
from suite.contract.workload import Workload
from suite.engine.closed import ClosedUsers
from suite.engine.error_counts import ErrorCounts
from suite.engine.hearing import hearing
from suite.engine.live_open import ScheduledUsers
from suite.engine.loop_watch import LoopWatch
from suite.engine.nested import Nested
from suite.engine.numbering import Numbering
from suite.engine.open import OpenUsers
from suite.engine.script import Script
from suite.engine.unawaited import UnawaitedWatch
from suite.engine.user_group import UserGroup
from suite.engine.worker_plan import WorkerPlan
from suite.engine.worker_request import Step, WorkerReply
from suite.measure.column_file import ColumnFile
from suite.measure.mark_file import MarkFile
from suite.measure.moment_file import MomentFile
from suite.measure.news_file import NewsFile
from suite.measure.number_file import NumberFile
from suite.records.loop_lag import LoopLag

_NEWS_SECONDS = 1.0


@dataclass(slots=True)
class WorkerUsers:
    """All users that `plan` gives a worker, of every class; without a plan there are none.

    `owner` is the process that holds the columns, `kept_path` where users keep values. While the load runs,
    orders that come by `pipe` are heard. `still`: nothing of ours moves meanwhile that can wait.
    """

    workload: Workload
    plan: WorkerPlan | None
    names: tuple[str, ...]
    pipe: Connection
    owner: int
    kept_path: str
    still: bool
    _errors: ErrorCounts = field(default_factory=ErrorCounts)
    _groups: list[UserGroup] = field(default_factory=list)
    _nested: Nested | None = None
    _news: NewsFile | None = None
    _kept: int = -1
    _started: int = 0
    _lag: LoopLag | None = None
    _ended: tuple[int, ...] = ()

    async def connect(self, target: Any, prepared: Any) -> None:
        """Connect all, to `target`; once more: the columns are empty again."""
        if self.plan is None:
            return
        if self._nested is None:
            self._open(self.plan, target, prepared)
        else:
            self._nested.rewind()
            for file in self._number_files():
                file.clear()
        await asyncio.gather(*(group.connect() for group in self._groups))

    async def run(self, start: int, only: str, *, empty: bool = False) -> WorkerReply:
        """The load, from monotonic nanosecond `start` on: of the operation `only`, or ("") of the mix; of
        `empty` ones that do nothing.
        """
        self._started = start
        for group in self._groups:
            group.choose(only, empty=empty)
        operations = (one for group in self._groups for one in group.operations.values())
        codes = {one.body.__code__: one.name for one in operations if hasattr(one.body, "__code__")}
        with UnawaitedWatch({code.co_filename for code in codes}) as left_alone:
            if isinstance(self.workload.system, Component):  # it keeps the loop by right: that is its time
                await self._work()
            else:
                with LoopWatch(codes, lambda: sum(group.file.used() for group in self._groups)) as watch:
                    await self._work()
                self._lag = watch.lag()
        return replace(
            self.told("run"),
            lag=self._lag,
            ended=self._ended,
            causes=tuple(self._errors.codes),
            unawaited=tuple((what, where, times) for (what, where), times in left_alone.found.items()),
        )

    async def close(self) -> None:
        """Close the sessions of all."""
        await asyncio.gather(*(group.close() for group in self._groups))

    def told(self, step: Step) -> WorkerReply:
        """What became of users and operations until now."""
        return WorkerReply(
            step,
            connected=sum(len(group.sessions) for group in self._groups),
            refused=sum(group.refused for group in self._groups),
            lost=self._nested.lost if self._nested else 0,
            details=self._errors.details(self._started),
            attempts=tuple(self._attempts()),
            statuses=self._errors.told_statuses(),
            full_at=min((file.full_at for file in self._files() if file.full_at), default=0),
        )

    def discard(self) -> None:
        """Nothing is kept from now on."""
        if self._kept >= 0:
            os.close(self._kept)

    def _number_files(self) -> list[NumberFile]:
        found = (*(group.marks for group in self._groups), self._errors.moments)
        return [file for file in found if file is not None]

    def _files(self) -> list[ColumnFile | NumberFile]:
        return [*(group.file for group in self._groups), *self._number_files()]

    def _open(self, plan: WorkerPlan, target: Any, prepared: Any) -> None:
        self._kept = os.open(self.kept_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._nested = Nested(ColumnFile.open(self.owner, *plan.nested), self.names, self._errors)
        self._news = NewsFile.open(self.owner, plan.news)
        if plan.moments >= 0:
            self._errors.moments = MomentFile.open(self.owner, plan.moments)
        numbering = Numbering.open(self.owner, plan.numbering, plan.most)
        self._groups = [
            UserGroup(
                self.workload,
                group,
                ColumnFile.open(self.owner, *group.columns),
                self._nested,
                self._errors,
                numbering,
                None if group.marks < 0 else MarkFile.open(self.owner, group.marks),
                names=self.names,
                target=target,
                prepared=prepared,
                kept=self._kept,
                seed=plan.seed,
                component=isinstance(self.workload.system, Component),
                alone=len(plan.groups) == 1,
                script=None if group.script is None else Script.open(self.owner, group.script),
            )
            for group in plan.groups
        ]

    async def _work(self) -> None:
        loop, groups = self.workload.loop, self._groups
        beside = [group.watch(often=not self.still) for group in groups]
        watches = [
            asyncio.create_task(one) for one in (*beside, *([] if self.still else [self._tell_news()]))
        ]
        try:
            if isinstance(loop, OpenLoop) and any(group.plan.live for group in groups):
                scheduled = [ScheduledUsers(group, loop) for group in groups]
                with hearing(self.pipe, scheduled, self.told):
                    await asyncio.gather(*(part.run() for part in scheduled))
            elif isinstance(loop, OpenLoop):
                starting = [OpenUsers(group, loop, self._started) for group in groups]
                with hearing(self.pipe, (), self.told, [part.stop for part in starting]):
                    await asyncio.gather(*(part.run() for part in starting))
            else:
                users = [ClosedUsers(group, loop, self._started) for group in groups]
                with hearing(self.pipe, users, self.told):
                    await asyncio.gather(*(part.run() for part in users))
                self._ended = tuple(at for part in users for at in part.ended)
        finally:
            for watch in watches:
                watch.cancel()

    async def _tell_news(self) -> None:
        """Write what is counted where our death does not take it."""
        while self._news is not None:
            await asyncio.sleep(_NEWS_SECONDS)
            self._news.write((told := self.told("tell")).details, told.statuses)

    def _attempts(self) -> Iterator[tuple[str, int, int]]:
        for retrying in filter(None, (group.retrying for group in self._groups)):
            yield from ((name, n, retrying.attempts[name]) for name, n in retrying.operations.items())
