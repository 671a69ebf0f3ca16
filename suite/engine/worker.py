"""A worker: an isolated process that runs its share of the plan, step by step as it is told."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import signal
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import Any

import uvloop

from suite.contract.component import Component
from suite.contract.loop import OpenLoop
from suite.contract.workload import Workload
from suite.engine.bounded import said
from suite.engine.closed import ClosedUsers
from suite.engine.error_counts import ErrorCounts
from suite.engine.hearing import hearing
from suite.engine.live_open import ScheduledUsers
from suite.engine.loop_watch import LoopWatch
from suite.engine.nested import Nested
from suite.engine.numbering import Numbering
from suite.engine.open import OpenUsers
from suite.engine.own_object import build_object, close_object
from suite.engine.preparation import Preparation
from suite.engine.script import Script
from suite.engine.user_group import UserGroup
from suite.engine.worker_plan import WorkerPlan
from suite.engine.worker_request import Step, WorkerReply, WorkerRequest
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import ConfigurationError
from suite.measure.column_file import ColumnFile
from suite.measure.mark_file import MarkFile
from suite.measure.news_file import NewsFile
from suite.records.loop_lag import LoopLag

_NEWS_SECONDS = 1.0


def work(
    pipe: Connection,
    owner: int,
    spec: WorkloadSpec,
    plan: WorkerPlan | None,
    names: tuple[str, ...],
    kept: str,
) -> None:
    """Body of a worker process: answers every Order with a Report until told to exit.

    Without a plan it only examines. `owner` is the process that holds the columns.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a user is a connection, and may be many
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        worker = _Worker(pipe, owner, spec, plan, names, kept, runner)
        try:
            while True:
                order: WorkerRequest = pipe.recv()
                if order.step == "stop":  # it came when the load had ended by itself
                    continue
                report = worker.obey(order)
                pipe.send(report)
                if order.step == "exit" or report.fault:
                    return
        except (EOFError, BrokenPipeError):
            return
        finally:
            worker.discard()


@dataclass(slots=True)
class _Worker:
    pipe: Connection
    owner: int
    spec: WorkloadSpec
    plan: WorkerPlan | None
    names: tuple[str, ...]
    kept_path: str
    runner: asyncio.Runner
    errors: ErrorCounts = field(default_factory=ErrorCounts)
    groups: list[UserGroup] = field(default_factory=list)
    nested: Nested | None = None
    loaded: Workload | None = None
    target: Any = None
    preparation: Preparation | None = None
    started: int = 0
    lag: LoopLag | None = None
    ended: tuple[int, ...] = ()
    kept: int = -1
    news: NewsFile | None = None

    @property
    def workload(self) -> Workload:
        assert self.loaded is not None, "the first order is to build"
        return self.loaded

    def obey(self, order: WorkerRequest) -> WorkerReply:
        try:
            match order.step:
                case "build":
                    return self._build()
                case "prepare":
                    return self._prepare(order)
                case "connect":
                    return self._connect(order)
                case "run":
                    return self._run(order)
                case "close":
                    return self._close()
                case "examine":
                    return self._examine(order)
                case "restore":
                    return self._restore()
                case "resize" | "schedule" | "tell" | "exit" | "stop":  # but the last heard while load runs
                    return WorkerReply(order.step)
        except ConfigurationError as error:
            return WorkerReply(order.step, fault=str(error), at_fault="configuration")
        except Exception:
            return WorkerReply(order.step, fault=traceback.format_exc().rstrip(), at_fault="worker")

    def discard(self) -> None:
        if self.loaded and isinstance(self.loaded.system, Component):
            close_object(self.target, self.runner)
        if self.kept >= 0:
            os.close(self.kept)

    def _build(self) -> WorkerReply:
        self.loaded = self.spec.workload()
        if self.plan is not None and self.plan.loop is not None:
            self.loaded.loop = self.plan.loop
        live = self.plan is not None and any(group.live for group in self.plan.groups)
        self.errors.timed = bool(self.loaded.faults or self.loaded.retry) and not live
        system = self.workload.system
        if isinstance(system, Component):
            try:
                self.target = build_object(system, self.runner)
            except Exception:
                fault = f"the component could not be built:\n{traceback.format_exc().rstrip()}"
                return WorkerReply("build", fault=fault, at_fault="system")
        elif self.workload.examined and self.plan is not None and self.plan.index == 0:
            import suite.engine.examine  # noqa: F401  # numpy comes with it, and now nobody waits for that
        return WorkerReply("build")

    def _attach(self, order: WorkerRequest) -> None:
        system = self.workload.system
        if not isinstance(system, Component):
            assert order.address is not None
            system.attach(order.address, order.beside or {})
            self.target = system

    def _prepare(self, order: WorkerRequest) -> WorkerReply:
        prepare, system = self.workload.prepare, self.workload.system
        assert prepare is not None
        self._attach(order)
        # A signal to the whole group is the coordinator's to answer: here is something to undo first.
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        self.preparation = Preparation(prepare, self.runner, system.deadline)
        try:
            return WorkerReply("prepare", result=self.preparation.begin(self.target))
        except ConfigurationError:
            raise
        except Exception as error:
            return WorkerReply("prepare", fault=f"prepare: {said(error, system.deadline)}", at_fault="system")

    def _restore(self) -> WorkerReply:
        """A fault is a result here: it ends nothing."""
        try:
            if self.preparation is not None:
                self.preparation.end()
        except Exception as error:
            return WorkerReply("restore", result=said(error, self.workload.system.deadline))
        return WorkerReply("restore", result="")

    def _connect(self, order: WorkerRequest) -> WorkerReply:
        self._attach(order)
        if self.plan is not None and self.nested is not None:  # once more: the columns are empty again
            self.nested.rewind()
            for marks in filter(None, (group.marks for group in self.groups)):
                marks.clear()
            self.runner.run(self._all("connect"))
        elif self.plan is not None:
            self.kept = os.open(self.kept_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            self._open_groups(self.plan, order.prepared)
            self.runner.run(self._all("connect"))
        gc.collect()
        gc.freeze()
        return self._told("connect")

    def _open_groups(self, plan: WorkerPlan, prepared: Any) -> None:
        self.nested = Nested(ColumnFile.open(self.owner, *plan.nested), self.names, self.errors)
        numbering = Numbering.open(self.owner, plan.numbering, plan.most)
        self.news = NewsFile.open(self.owner, plan.news)
        self.groups = [
            UserGroup(
                self.workload,
                group,
                ColumnFile.open(self.owner, *group.columns),
                self.nested,
                self.errors,
                numbering,
                None if group.marks < 0 else MarkFile.open(self.owner, group.marks),
                names=self.names,
                target=self.target,
                prepared=prepared,
                kept=self.kept,
                seed=plan.seed,
                component=isinstance(self.workload.system, Component),
                alone=len(plan.groups) == 1,
                script=None if group.script is None else Script.open(self.owner, group.script),
            )
            for group in plan.groups
        ]

    def _run(self, order: WorkerRequest) -> WorkerReply:
        self.started = order.start
        for group in self.groups:
            group.choose(order.only)
        self.runner.run(self._load())
        retries = tuple(one.further for group in self.groups if (one := group.retrying))
        moments = self.errors.moments
        return replace(self._told("run"), lag=self.lag, ended=self.ended, moments=moments, retries=retries)

    async def _load(self) -> None:
        if isinstance(self.workload.system, Component):  # it keeps the loop by right: that is its time
            await self._users()
            return
        operations = (one for group in self.groups for one in group.operations.values())
        codes = {one.body.__code__: one.name for one in operations if hasattr(one.body, "__code__")}
        with LoopWatch(codes, lambda: sum(group.file.used() for group in self.groups)) as watch:
            await self._users()
        self.lag = watch.lag()

    async def _users(self) -> None:
        loop = self.workload.loop
        often = not self.spec.still
        beside = [group.watch(often=often) for group in self.groups]
        watches = [asyncio.create_task(one) for one in (*beside, *([self._tell_news()] if often else []))]
        try:
            if isinstance(loop, OpenLoop) and any(group.plan.live for group in self.groups):
                scheduled = [ScheduledUsers(group, loop) for group in self.groups]
                with hearing(self.pipe, scheduled, self._told):
                    await asyncio.gather(*(part.run() for part in scheduled))
            elif isinstance(loop, OpenLoop):
                starting = [OpenUsers(group, loop, self.started) for group in self.groups]
                with hearing(self.pipe, (), self._told, [part.stop for part in starting]):
                    await asyncio.gather(*(part.run() for part in starting))
            else:
                users = [ClosedUsers(group, loop, self.started) for group in self.groups]
                with hearing(self.pipe, users, self._told):
                    await asyncio.gather(*(part.run() for part in users))
                self.ended = tuple(at for part in users for at in part.ended)
        finally:
            for watch in watches:
                watch.cancel()

    async def _tell_news(self) -> None:
        """Write what is counted where our death does not take it."""
        while self.news is not None:
            await asyncio.sleep(_NEWS_SECONDS)
            self.news.write((told := self._told("tell")).details, told.statuses)

    def _told(self, step: Step) -> WorkerReply:
        """What became of users and operations until now."""
        return WorkerReply(
            step,
            connected=sum(len(group.sessions) for group in self.groups),
            refused=sum(group.refused for group in self.groups),
            lost=self.nested.lost if self.nested else 0,
            details=self.errors.details(self.started),
            attempts=tuple(self._attempts()),
            statuses=tuple((name, status, n) for (name, status), n in self.errors.statuses.items()),
        )

    def _attempts(self) -> Iterator[tuple[str, int, int]]:
        for retrying in filter(None, (group.retrying for group in self.groups)):
            yield from ((name, n, retrying.attempts[name]) for name, n in retrying.operations.items())

    def _close(self) -> WorkerReply:
        self.runner.run(self._all("close"))
        gc.unfreeze()
        gc.collect()
        return self._told("close")

    async def _all(self, method: str) -> None:
        await asyncio.gather(*(getattr(group, method)() for group in self.groups))

    def _examine(self, order: WorkerRequest) -> WorkerReply:
        from suite.engine.examine import examine  # most workers do without

        assert order.question is not None
        if self.target is None:
            self._connect(order)
        return WorkerReply("examine", result=examine(self.workload, self.target, order.question, self.runner))
