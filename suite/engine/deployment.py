"""A deployment: one fresh system with its helpers and workers, started and spoken to."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

from suite.contract.address import Address
from suite.contract.component import Component
from suite.contract.fault import SYSTEM
from suite.contract.workload import Workload
from suite.engine.observer_process import ObserverProcess
from suite.engine.parties import Parties
from suite.engine.plan import RoundPlan
from suite.engine.preparer import Preparer
from suite.engine.progress import Progress
from suite.engine.replaying import resolved
from suite.engine.room_watch import RoomWatch
from suite.engine.timeline import FaultTimeline
from suite.engine.worker_plan import WorkerPlan
from suite.engine.worker_pool import Worker, gather_reports
from suite.engine.worker_request import CLOSED, PREPARED, WorkerReply, WorkerRequest
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import ConfigurationError, SystemFailed
from suite.measure import proc
from suite.measure.resources import OBSERVER, PROXY
from suite.process.identity import round_identity
from suite.process.injection import Injection, Mode, injected
from suite.process.notice import recordings
from suite.process.pinning import Cores, share_out
from suite.process.scratch import scratch_directory
from suite.records.run import CheckResult

STEP_SECONDS = 15.0
"""How long a worker may take for a step that takes no time."""


class Deployment:
    """All processes of one fresh start. Whatever ends `stack` ends them, and leaves nothing behind.

    `agents` talks to the Python processes of the system from inside, as far as `mode` lets it. `faulty`: the
    workload's faults are made. The system starts inside of what `under` makes of the round's directory; with
    `every` its helpers do, and have agents, too.
    """

    def __init__(
        self,
        spec: WorkloadSpec,
        index: int,
        progress: Progress,
        stack: contextlib.ExitStack,
        *,
        mode: Mode = "gc",
        native: bool = False,
        live: bool = False,
        faulty: bool = False,
        under: Callable[[Path], AbstractContextManager[None]] | None = None,
        every: bool = False,
    ) -> None:
        self.spec = spec
        self.index = index
        self.progress = progress
        self.workload: Workload = spec.workload()
        self.workload.loop = resolved(self.workload.loop, anew=False)
        self.component = isinstance(self.workload.system, Component)
        self.directory: Path = stack.enter_context(scratch_directory())
        self.watchman = stack.enter_context(round_identity(self.directory))
        kept = recordings()
        if kept is not None:
            mode = "trace"
        self._under = under
        self._injected = partial(injected, kept or self.directory / "agents", mode, native=native)
        self.agents: Injection
        self.room = RoomWatch(self.directory)
        self.plan = RoundPlan(self.workload, spec.settings.workers, spec.settings.seed + index, live=live)
        stack.callback(self.plan.close)
        self.cores: Cores = share_out(spec.settings.workers)
        self.stack = stack
        self.timeline = FaultTimeline(self.workload, index, faulty=faulty)
        self._parties = Parties(
            spec, self.workload, self.directory, self.cores.system, self.timeline, self._agents, every=every
        )
        self.workers: list[Worker] = []
        self.prepared: Any = None
        self.observer: ObserverProcess | None = None
        self._preparer: Preparer | None = None

    @contextlib.contextmanager
    def _agents(self) -> Iterator[Injection]:
        """What is started inside belongs to the system."""
        with (
            self._injected() as agents,
            self._under(self.directory) if self._under else contextlib.nullcontext(),
        ):
            yield agents

    def phase(self, name: str) -> None:
        """Tell the progress what is going on."""
        self.progress.phase(self.workload.name, self.index, self.spec.settings.round_count(), name)

    def start(self) -> None:
        """Workers, helpers and system, ready. Raises SystemFailed, WorkerFailed, ConfigurationError."""
        self.phase("starting")
        if self.component:
            self.agents = self.stack.enter_context(self._agents())
        self._start_workers()
        own = self.workload.prepare is not None and not self.component
        preparer = self._worker(None, "preparer", None) if own else self.workers[0]  # it has no load to make
        told = [*self.workers, *([preparer] if own else [])]
        for worker in told:
            worker.tell(WorkerRequest("build"))  # beside the systems, which take longer
        if not self.component:
            self._start_systems()
            self._dismiss_early(told)
        # An object's deadline is for building it; else the system is up, and those who load it may be late.
        late = 0.0 if self.component else STEP_SECONDS
        self._gathered("build", seconds=self.workload.system.deadline + late, workers=told)
        if self.workload.prepare is not None:
            self.phase("preparing")
            self._prepare(preparer)
        elif self.component:
            self._preparer = Preparer(preparer, self.workload.system.deadline + STEP_SECONDS, CLOSED)

    def _dismiss_early(self, workers: Sequence[Worker]) -> None:
        """Have what loads and looks end by itself while the systems are stopped."""
        for worker in workers:
            self.stack.callback(worker.dismiss)
        if self.observer is not None:
            self.stack.callback(self.observer.dismiss)

    def _prepare(self, preparer: Worker) -> None:
        """Have `prepare` run, in `preparer`: of an object it is the worker that has it."""
        seconds = self.workload.system.deadline + STEP_SECONDS
        self._preparer = Preparer(preparer, seconds, PREPARED)
        self.stack.callback(self.restore)
        order = WorkerRequest("prepare", *self.addresses())
        try:
            (report,) = self.ask("prepare", order, seconds=seconds, workers=[preparer])
        except (SystemFailed, ConfigurationError):
            self._preparer.forget()
            raise
        self.prepared = report.result

    def restore(self) -> None:
        """Undo what was prepared and have an object close, once, whatever became of the round."""
        if self._preparer is not None:
            self._preparer.restore()

    def left_behind(self) -> list[CheckResult]:
        """What could not be undone or closed, once that was tried, as checks that failed."""
        return self._preparer.checks() if self._preparer is not None else []

    def _start_workers(self) -> None:
        for plan, cores in zip(self.plan.workers, self.cores.workers, strict=True):
            self.workers.append(self._worker(plan, f"worker {plan.index}", cores))

    def _worker(self, plan: WorkerPlan | None, name: str, cores: frozenset[int] | None) -> Worker:
        worker = Worker(self.spec, plan, self.plan.names, name=name, directory=self.directory, cores=cores)
        self.stack.callback(worker.stop)
        return worker

    def _start_systems(self) -> None:
        self.stack.callback(self.timeline.stop)
        self.timeline.start(self.directory, self.cores.system, self.spec.settings.seed + self.index)
        self.agents = self._parties.start(self.stack)

    def groups(self) -> dict[str, Callable[[], list[int]]]:
        """Whose processes the sampler reads; a component is its worker."""

        def workers() -> list[int]:
            return [worker.child.pid for worker in self.workers]

        if self.component:
            return {"system": workers}
        helpers = {name: helper.roots for name, helper in self.workload.beside.items()}
        ours = {PROXY: self.timeline.pids} if self.timeline.pids() else {}
        if (observer := self.observer) is not None:
            ours[OBSERVER] = lambda: [observer.child.pid]
        return {"system": self.workload.system.roots, "workers": workers, **helpers, **ours}

    def start_observed(self) -> None:
        """`start`, and have what the workload observes read from then on."""
        if self.workload.observe:
            # It comes up while all else does.
            self.observer = ObserverProcess(self.spec, self.workload, self.directory, self.cores.workers[-1])
            self.stack.callback(self.observer.stop)
        self.start()
        if self.observer is not None:
            self.observer.begin(*self.addresses())

    def logs(self) -> dict[str, Path]:
        """Where system, helpers and workers write, as far as we started them."""
        systems = {"system": self.workload.system, **self.workload.beside}
        written = {name: one.child.log for name, one in systems.items() if one.child is not None}
        return {**written, **{worker.name: worker.child.log for worker in self.workers}}

    def processes(self) -> list[int]:
        """The system's processes, those below its roots included."""
        return proc.tree(self.groups()["system"]())

    def connect(self) -> list[WorkerReply]:
        """Connect all users. Raises SystemFailed if none can."""
        self.phase("connecting")
        loop = self.workload.loop
        users = loop.users or 1
        reports = self.ask(
            "connect",
            self.connecting(),
            seconds=self.workload.timeout * (1 + users // 64) + STEP_SECONDS,
        )
        if not sum(report.connected for report in reports):
            details = [detail for report in reports for detail in report.details]
            reason = details[0].example if details else "for a reason unknown"
            raise SystemFailed(f"no user could connect to the system: {reason}")
        return reports

    def connecting(self) -> WorkerRequest:
        """The order to connect."""
        address, helpers = self.addresses()
        return WorkerRequest("connect", self.timeline.route(SYSTEM, address), helpers, prepared=self.prepared)

    def addresses(self) -> tuple[Address, dict[str, Address]]:
        """Of the system, and of its helpers: where they are, whatever faults are in between."""
        helpers = {name: helper.address for name, helper in self.workload.beside.items()}
        return self.workload.system.address, helpers

    def ask(
        self,
        step: str,
        order: WorkerRequest | None = None,
        *,
        seconds: float,
        workers: Sequence[Worker] | None = None,
    ) -> list[WorkerReply]:
        """Let workers (default: all) do a step, within `seconds`; their reports."""
        chosen = self.workers if workers is None else workers
        for worker in chosen:
            worker.tell(order or WorkerRequest(step))  # type: ignore[arg-type]
        return self._gathered(step, seconds=seconds, workers=chosen)

    def _gathered(self, step: str, *, seconds: float, workers: Sequence[Worker]) -> list[WorkerReply]:
        end = time.monotonic() + seconds
        return gather_reports(workers, step=step, deadline=lambda: end, meanwhile=self.check_systems)

    def close(self) -> list[WorkerReply]:
        """Close all users' connections; their reports have the details of the load and of closing."""
        return self.ask("close", seconds=self.workload.grace + STEP_SECONDS)

    def figures(self) -> dict[str, float]:
        """What the helpers say of themselves."""
        return {
            f"{metric}@{name}": value
            for name, helper in self.workload.beside.items()
            for metric, value in helper.figures().items()
        }

    def check_systems(self) -> None:
        """Raise SystemFailed if the system or a helper of it has ended."""
        self.room.tick()
        self._parties.check()
