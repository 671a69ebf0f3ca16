"""A worker: an isolated process that runs its share of the plan, step by step as it is told."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import resource
import signal
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import uvloop

from suite.contract.component import Component
from suite.contract.workload import Workload
from suite.engine.bounded import said
from suite.engine.own_object import build_object, close_object
from suite.engine.preparation import Preparation
from suite.engine.worker_plan import WorkerPlan
from suite.engine.worker_request import CLOSED, PREPARED, WorkerReply, WorkerRequest
from suite.engine.worker_users import WorkerUsers
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import ConfigurationError
from suite.process.scratch import removal, unwritten
from suite.process.shortage import shortage


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
    built: WorkerUsers | None = None
    target: Any = None
    preparation: Preparation | None = None

    @property
    def users(self) -> WorkerUsers:
        assert self.built is not None, "the first order is to build"
        return self.built

    @property
    def workload(self) -> Workload:
        return self.users.workload

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
        except Exception as error:
            folder = Path(self.kept_path).parent
            if gone := removal(folder):
                return WorkerReply(order.step, fault=gone, at_fault="disk")
            if refused := shortage(error) or unwritten(error, folder):
                return WorkerReply(order.step, fault=refused, at_fault="machine")
            return WorkerReply(order.step, fault=traceback.format_exc().rstrip(), at_fault="worker")

    def discard(self) -> None:
        """Close the object all the same, where the round ended before anybody asked for that."""
        if self.built is None:
            return
        with contextlib.suppress(Exception):  # what ended the round is what there is to tell
            self._close_object()
        self.built.discard()

    def _build(self) -> WorkerReply:
        workload = self.spec.workload()
        workload.hide_secrets()
        if self.plan is not None and self.plan.loop is not None:
            workload.loop = self.plan.loop
        self.built = WorkerUsers(
            workload, self.plan, self.names, self.pipe, self.owner, self.kept_path, self.spec.still
        )
        system = workload.system
        if isinstance(system, Component):
            try:
                self.target = build_object(system, self.runner)
            except Exception:
                fault = f"the component could not be built:\n{traceback.format_exc().rstrip()}"
                return WorkerReply("build", fault=fault, at_fault="system")
        elif workload.examined and self.plan is not None and self.plan.index == 0:
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
        left: dict[str, str] = {}
        for kind, restore in {PREPARED: self._undo, CLOSED: self._close_object}.items():
            try:
                restore()
            except Exception as error:
                left[kind] = said(error, self.workload.system.deadline)
        return WorkerReply("restore", result=left)

    def _undo(self) -> None:
        if self.preparation is not None:
            self.preparation.end()

    def _close_object(self) -> None:
        """Once, if the system is an object that was built. Raises whatever that raises."""
        system, target = self.workload.system, self.target
        if isinstance(system, Component) and target is not None:
            self.target = None
            close_object(target, self.runner, system.deadline)

    def _connect(self, order: WorkerRequest) -> WorkerReply:
        self._attach(order)
        self.runner.run(self.users.connect(self.target, order.prepared))
        gc.collect()
        gc.freeze()
        return self.users.told("connect")

    def _run(self, order: WorkerRequest) -> WorkerReply:
        return self.runner.run(self.users.run(order.start, order.only, empty=order.empty))

    def _close(self) -> WorkerReply:
        self.runner.run(self.users.close())
        gc.unfreeze()
        gc.collect()
        return self.users.told("close")

    def _examine(self, order: WorkerRequest) -> WorkerReply:
        from suite.engine.examine import examine  # most workers do without

        assert order.question is not None
        if self.target is None:
            self._connect(order)
        return WorkerReply("examine", result=examine(self.workload, self.target, order.question, self.runner))
