"""The workers of a round: started together, told what to do, waited for with a deadline."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from pathlib import Path

import multiprocess

from suite.engine.worker import work
from suite.engine.worker_plan import WorkerPlan
from suite.engine.worker_request import WorkerReply, WorkerRequest
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import ConfigurationError, StoreError, SuiteError, SystemFailed, WorkerFailed
from suite.process.child import Child, start_function
from suite.process.piping import PipeEnd

_TICK = 0.1
_HEARING_SECONDS = 60.0
"""How long a worker may be too busy to take an order, where many wait for it."""
_STOPPED = " and was stopped: does an operation block without end?"


class Worker:
    """A worker process and the pipe to it."""

    def __init__(
        self,
        spec: WorkloadSpec,
        plan: WorkerPlan | None,
        names: tuple[str, ...],
        *,
        name: str,
        directory: Path,
        cores: frozenset[int] | None,
    ) -> None:
        self.name = name
        self.told: WorkerReply | None = None
        """The last that was heard from it."""
        ours, theirs = multiprocess.Pipe()
        self.pipe = PipeEnd(ours)
        self.child: Child = start_function(
            work,
            (os.getpid(), spec, plan, names, str(directory / "kept.jsonl")),
            log=directory / f"{name.replace(' ', '-')}.log",
            cores=cores,
            name=name,
            pipe=theirs,
        )
        theirs.close()

    def tell(self, order: WorkerRequest) -> None:
        """Give an order. Raises WorkerFailed if it is dead, or hangs."""
        try:
            self.pipe.send(order, _HEARING_SECONDS)
        except TimeoutError as error:
            raise WorkerFailed(f"{self.name} did not begin to {order.step} in time{_STOPPED}") from error
        except OSError as error:
            raise self.dead() from error

    def dead(self) -> WorkerFailed:
        """The error that says how it died."""
        self.child.wait(2.0)
        return WorkerFailed(self.child.exit_summary())

    def dismiss(self) -> None:
        """Let it end by itself, as soon as it waits to be told something; nothing more can be."""
        self.pipe.close()

    def stop(self) -> None:
        """End it, whatever it does; one that is done has ended already."""
        self.dismiss()
        self.child.stop(grace=1.0)


def gather_reports(
    workers: Sequence[Worker],
    *,
    step: str,
    deadline: Callable[[], float],
    meanwhile: Callable[[], None] = lambda: None,
    pause: Callable[[], float] = lambda: _TICK,
) -> list[WorkerReply]:
    """One Report from each worker, in their order; `meanwhile` is called about ten times a second, or
    after as many seconds as `pause` says.

    `deadline` gives the monotonic time until which to wait, anew at each look. Raises WorkerFailed,
    SystemFailed, ConfigurationError or StoreError, as the first worker that could not do the step says.
    """
    reports: dict[str, WorkerReply] = {}
    while len(reports) < len(workers):
        pending = {worker.pipe.fileno(): worker for worker in workers if worker.name not in reports}
        for ready in wait(list(pending), timeout=pause()):
            worker = pending[ready]  # type: ignore[index]
            if worker.pipe.poll():  # else it is in the midst of it
                reports[worker.name] = receive(worker, meanwhile)
        meanwhile()
        if len(reports) < len(workers) and time.monotonic() > deadline():
            late = ", ".join(w.name for w in workers if w.name not in reports)
            raise WorkerFailed(f"{late} did not finish to {step} in time{_STOPPED}")
    return [reports[worker.name] for worker in workers]


def receive(worker: Worker, on_death: Callable[[], None] = lambda: None) -> WorkerReply:
    """The report of `worker` that is there. Raises as `gather_reports`; `on_death` may know better why."""
    try:
        report: WorkerReply = worker.pipe.receive()
    except EOFError as error:
        on_death()  # a system that died too is the better explanation
        raise worker.dead() from error
    worker.told = report
    _raise_fault(worker, report)
    return report


def last_words(workers: Sequence[Worker], seconds: float) -> list[WorkerReply | None]:
    """What those that live tell of the load so far, within `seconds`, be they done with it or not; None of
    one that tells nothing.
    """
    end = time.monotonic() + seconds
    asked = []
    for worker in workers:
        if worker.told is None or worker.told.step not in ("run", "close"):
            with contextlib.suppress(SuiteError):
                worker.tell(WorkerRequest("tell"))
                asked.append(worker)
    for worker in asked:
        with contextlib.suppress(SuiteError, OSError):
            # One that ends its load just now answers twice: of the load first.
            if worker.pipe.poll(max(0.0, end - time.monotonic())):
                receive(worker)
    told = (worker.told for worker in workers)
    return [report if report and report.step in ("run", "tell", "close") else None for report in told]


def _raise_fault(worker: Worker, report: WorkerReply) -> None:
    if not report.fault:
        return
    if report.at_fault == "configuration":
        raise ConfigurationError(report.fault)
    if report.at_fault == "system":
        raise SystemFailed(report.fault)
    if report.at_fault == "disk":
        raise StoreError(report.fault)
    if report.at_fault == "machine":
        raise WorkerFailed(f"{worker.name} can't {report.step}: {report.fault}")
    raise WorkerFailed(f"{worker.name} broke while it should {report.step}:\n{report.fault}")
