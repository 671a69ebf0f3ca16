"""A worker: an isolated process that runs its share of the plan, step by step as it is told."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import resource
import signal
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Literal

import uvloop

from suite.contract.address import Address
from suite.contract.component import Component
from suite.contract.loop import OpenLoop
from suite.contract.workload import Workload
from suite.engine.closed import run_closed
from suite.engine.error_counts import ErrorCounts
from suite.engine.examine import Question, examine
from suite.engine.nested import Nested
from suite.engine.numbering import Numbering
from suite.engine.open import run_open
from suite.engine.plan import WorkerPlan
from suite.engine.preparation import Preparation
from suite.engine.user_group import UserGroup
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import ConfigurationError
from suite.measure.columns import Columns
from suite.records.run import Detail

Step = Literal["build", "prepare", "connect", "run", "close", "examine", "restore", "exit"]


@dataclass(frozen=True, slots=True)
class WorkerRequest:
    """What the coordinator tells a worker to do next."""

    step: Step
    address: Address | None = None
    beside: Mapping[str, Address] | None = None
    prepared: Any = None
    start: int = 0
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class WorkerReply:
    """What a worker answers: the step is done, or what broke."""

    step: Step
    connected: int = 0
    refused: int = 0
    lost: int = 0
    details: tuple[Detail, ...] = ()
    statuses: tuple[tuple[str, str, int], ...] = ()
    result: Any = None
    fault: str = ""
    at_fault: Literal["", "system", "worker", "configuration"] = ""


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
        worker = _Worker(owner, spec, plan, names, kept, runner)
        try:
            while True:
                order: WorkerRequest = pipe.recv()
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
    owner: int
    spec: WorkloadSpec
    plan: WorkerPlan | None
    names: tuple[str, ...]
    kept_path: str
    runner: asyncio.Runner
    errors: ErrorCounts = field(default_factory=ErrorCounts)
    groups: list[UserGroup] = field(default_factory=list)
    columns: list[Columns] = field(default_factory=list)
    nested: Nested | None = None
    loaded: Workload | None = None
    target: Any = None
    preparation: Preparation | None = None
    started: int = 0
    kept: int = -1

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
                case "exit":
                    return WorkerReply("exit")
        except ConfigurationError as error:
            return WorkerReply(order.step, fault=str(error), at_fault="configuration")
        except Exception:
            return WorkerReply(order.step, fault=traceback.format_exc().rstrip(), at_fault="worker")

    def discard(self) -> None:
        close = getattr(self.target, "close", None)
        if self.loaded and isinstance(self.loaded.system, Component) and callable(close):
            result = close()
            if asyncio.iscoroutine(result):
                self.runner.run(result)
        if self.kept >= 0:
            os.close(self.kept)

    def _build(self) -> WorkerReply:
        self.loaded = self.spec.workload()
        system = self.workload.system
        if isinstance(system, Component):

            async def build() -> Any:  # an object may want a running loop to be made in
                return system.build()

            try:
                self.target = self.runner.run(build())
            except Exception:
                fault = f"the component could not be built:\n{traceback.format_exc().rstrip()}"
                return WorkerReply("build", fault=fault, at_fault="system")
            gc.collect()
            # What building freed must not go back to the kernel later and pass for negative growth.
            ctypes.CDLL(None).malloc_trim(0)
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
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self.preparation = Preparation(prepare, self.runner, system.deadline)
        try:
            return WorkerReply("prepare", result=self.preparation.begin(self.target))
        except ConfigurationError:
            raise
        except Exception as error:
            return WorkerReply(
                "prepare", fault=f"prepare: {_said(error, system.deadline)}", at_fault="system"
            )

    def _restore(self) -> WorkerReply:
        """A fault is a result here: it ends nothing."""
        try:
            if self.preparation is not None:
                self.preparation.end()
        except Exception as error:
            return WorkerReply("restore", result=_said(error, self.workload.system.deadline))
        return WorkerReply("restore", result="")

    def _connect(self, order: WorkerRequest) -> WorkerReply:
        self._attach(order)
        if self.plan is not None and self.nested is not None:  # once more: the columns are empty again
            self.nested.rewind()
            self.runner.run(self._all("connect"))
        elif self.plan is not None:
            self.kept = os.open(self.kept_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            self._open_lanes(self.plan, order.prepared)
            self.runner.run(self._all("connect"))
        gc.collect()
        gc.freeze()
        return WorkerReply(
            "connect",
            connected=sum(len(group.sessions) for group in self.groups),
            refused=sum(group.refused for group in self.groups),
            details=self.errors.details(0),
        )

    def _open_lanes(self, plan: WorkerPlan, prepared: Any) -> None:
        nested = Columns.open(self.owner, plan.nested, plan.nested_rows)
        self.columns = [Columns.open(self.owner, group.columns, group.rows) for group in plan.groups]
        self.nested = Nested(nested, self.names, self.errors)
        numbering = Numbering.open(self.owner, plan.numbering, plan.most)
        self.groups = [
            UserGroup(
                self.workload,
                group,
                columns,
                self.nested,
                self.errors,
                numbering,
                names=self.names,
                target=self.target,
                prepared=prepared,
                kept=self.kept,
                seed=plan.seed,
                component=isinstance(self.workload.system, Component),
                alone=len(plan.groups) == 1,
            )
            for group, columns in zip(plan.groups, self.columns, strict=True)
        ]

    def _run(self, order: WorkerRequest) -> WorkerReply:
        async def load() -> None:
            await asyncio.gather(*(self._through(group, order.start) for group in self.groups))

        self.started = order.start
        self.runner.run(load())
        return WorkerReply(
            "run",
            lost=self.nested.lost if self.nested else 0,
            refused=sum(group.refused for group in self.groups),
            details=self.errors.details(order.start),
            statuses=tuple((name, status, n) for (name, status), n in self.errors.statuses.items()),
        )

    async def _through(self, group: UserGroup, start: int) -> None:
        loop = self.workload.loop
        watch = asyncio.create_task(group.watch())
        try:
            if isinstance(loop, OpenLoop):
                await run_open(group, loop, start)
            else:
                await run_closed(group, loop, start)
        finally:
            watch.cancel()

    def _close(self) -> WorkerReply:
        self.runner.run(self._all("close"))
        gc.unfreeze()
        gc.collect()
        return WorkerReply("close", details=self.errors.details(self.started))

    async def _all(self, method: str) -> None:
        await asyncio.gather(*(getattr(group, method)() for group in self.groups))

    def _examine(self, order: WorkerRequest) -> WorkerReply:
        assert order.question is not None
        if self.target is None:
            self._connect(order)
        return WorkerReply("examine", result=examine(self.workload, self.target, order.question, self.runner))


def _said(error: Exception, seconds: float) -> str:
    if isinstance(error, TimeoutError) and not str(error):
        return f"not done within {seconds:g} s"
    return f"{type(error).__name__}: {error}"
