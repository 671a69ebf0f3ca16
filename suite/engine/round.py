"""One round: a fresh system and fresh workers, from the first process to the last one swept up."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from suite.engine.crew import Worker, hear
from suite.engine.examine import Answer, Question
from suite.engine.plan import RoundPlan
from suite.engine.progress import Progress
from suite.engine.recipe import Recipe, SystemRecipe
from suite.engine.reports import details, statuses
from suite.engine.worker import Order, Report
from suite.errors import SystemFailed, WorkerFailed
from suite.loop import ClosedLoop
from suite.measure.columns import Columns
from suite.measure.evidence import gather
from suite.measure.limiter import limiter
from suite.measure.recording import Recording, from_columns
from suite.measure.sampler import Sampler
from suite.measure.statistics import measure_round
from suite.measure.validity import judge
from suite.process.identity import round_identity
from suite.process.pinning import Cores, share_out
from suite.process.scratch import scratch_directory
from suite.run import Failure, Round, Validity
from suite.system import Component, Place, System
from suite.workload import Workload

_LEAD = 60_000_000  # ns between the order to run and the agreed start: all workers have it by then
_STEP_SECONDS = 15.0
_HERE = ("127.0.0.1", "localhost", "::1")
_EXAMINE_SECONDS = 120.0


def run_round(
    recipe: Recipe, index: int, progress: Progress, look: Callable[[Recording], None] | None = None
) -> Round:
    """Run round `index`. A system or worker that fails makes a Round with a `failure`.

    `look` gets the raw recording of a round that went well, before it is gone. Raises
    ConfigurationError and Interrupted; either way nothing of the round is left.
    """
    try:
        with contextlib.ExitStack() as stack:
            return _Round(recipe, index, progress, stack).run(look)
    except SystemFailed as error:
        return Round(index, failure=Failure("system", str(error)))
    except WorkerFailed as error:
        return Round(
            index,
            failure=Failure("worker", str(error)),
            validity=Validity("invalid", ("a worker died: its share of the load was not delivered",)),
        )


class _Round:
    def __init__(self, recipe: Recipe, index: int, progress: Progress, stack: contextlib.ExitStack) -> None:
        self.recipe = recipe
        self.index = index
        self.progress = progress
        self.workload: Workload = recipe.workload()
        self.component = isinstance(self.workload.system, Component)
        self.directory: Path = stack.enter_context(scratch_directory())
        stack.enter_context(round_identity(self.directory))
        self.plan = RoundPlan(self.workload, recipe.settings.workers, recipe.settings.seed + index)
        stack.callback(self.plan.close)
        self.cores: Cores = share_out(recipe.settings.workers)
        self.stack = stack
        self.workers: list[Worker] = []
        self.running: list[System] = []

    def run(self, look: Callable[[Recording], None] | None) -> Round:
        self._phase("starting")
        self._start_workers()
        if not self.component:
            self._start_systems()
        self._ask("build", seconds=self.workload.system.deadline)
        sampler = Sampler(self._groups())
        self._idle(sampler)
        self._phase("connecting")
        connected = self._connect()
        self._phase("running")
        start, reports = self._load(sampler)
        self._phase("draining")
        self._ask("close", seconds=self.workload.grace + _STEP_SECONDS)
        time.sleep(0.025)  # lets a server notice that its clients are gone
        begin, end = self._window(start)
        self.plan.name_operations()
        pids = {name: tuple(roots()) for name, roots in self._groups().items()}
        pids["workers"] = tuple(worker.child.pid for worker in self.workers)
        for group in self._groups():
            sampler.quiet(group)
        resources = sampler.resources(begin, end)
        self._phase("checking")
        answer = self._examine(begin, end)
        self._phase("stopping")
        recording = self._recording(begin, end).with_rows(answer.rows)
        if look is not None:
            look(recording)
        result = measure_round(
            recording,
            loop=self.workload.loop,
            resources=resources,
            own=answer.metrics,
            collected={row.operation for row in answer.rows},
            index=self.index,
        )
        evidence = gather(
            recording,
            resources,
            loop=self.workload.loop,
            cores=len(self.cores.system or os.sched_getaffinity(0)),
            metrics=result.metrics,
            thresholds=self.workload.thresholds,
        )
        validity = judge(
            recording,
            evidence,
            loop=self.workload.loop,
            component=self.component,
            cores_apart=self.cores.apart or self.component,
            worker_deaths=0,
        )
        return replace(
            result,
            statuses=statuses(reports),
            details=details(reports),
            checks=answer.checks,
            validity=_doubted(validity, self._doubts(connected, reports)),
            pids=pids,
            evidence=evidence,
            limiter=limiter(
                evidence,
                loop=self.workload.loop,
                component=self.component,
                remote=self.workload.system.address.host not in _HERE,
                own=result.metrics,
            ),
        )

    def _phase(self, name: str) -> None:
        self.progress.phase(self.workload.name, self.index, self.recipe.settings.round_count(), name)

    def _start_workers(self) -> None:
        for plan, cores in zip(self.plan.workers, self.cores.workers, strict=True):
            worker = Worker(
                self.recipe,
                plan,
                self.plan.names,
                name=f"worker {plan.index}",
                directory=self.directory,
                cores=cores,
            )
            self.stack.callback(worker.stop)
            self.workers.append(worker)

    def _start_systems(self) -> None:
        """Helpers first: the system is told where they are."""
        for name, helper in self.workload.beside.items():
            self._start(helper, name)
        self._start(self.workload.system, None)

    def _start(self, system: System, helper: str | None) -> None:
        file = self.recipe.reference.file
        place = Place(
            self.directory / (f"beside-{helper}" if helper else "system"),
            self.cores.system,
            Path(file).parent if file else None,
            SystemRecipe(self.recipe, helper),
        )
        self.stack.callback(system.stop)
        system.start(place)
        self.running.append(system)

    def _groups(self) -> dict[str, Callable[[], list[int]]]:
        """Whose processes the sampler reads; a component is its worker."""

        def workers() -> list[int]:
            return [worker.child.pid for worker in self.workers]

        if self.component:
            return {"system": workers}
        helpers = {name: helper.roots for name, helper in self.workload.beside.items()}
        return {"system": self.workload.system.roots, "workers": workers, **helpers}

    def _idle(self, sampler: Sampler) -> None:
        for group in self._groups():
            sampler.quiet(group)
            sampler.reset_peak(group)

    def _connect(self) -> list[Report]:
        loop = self.workload.loop
        users = loop.users or 1
        beside = {name: helper.address for name, helper in self.workload.beside.items()}
        reports = self._ask(
            "connect",
            Order("connect", self.workload.system.address, beside),
            seconds=self.workload.timeout * (1 + users // 64) + _STEP_SECONDS,
        )
        if not sum(report.connected for report in reports):
            details = [detail for report in reports for detail in report.details]
            reason = details[0].example if details else "for a reason unknown"
            raise SystemFailed(f"no user could connect to the system: {reason}")
        return reports

    def _load(self, sampler: Sampler) -> tuple[int, list[Report]]:
        loop = self.workload.loop
        total = None if loop.seconds is None else loop.seconds + loop.warmup
        start = time.monotonic_ns() + _LEAD
        self.plan.begin_at(start)
        patience = self.workload.timeout + self.workload.grace + _STEP_SECONDS
        seen, moved = 0, time.monotonic()

        def meanwhile() -> None:
            nonlocal seen, moved
            sampler.tick()
            self._check_systems()
            used = sum(columns.used() for columns in self.plan.lane_columns)
            if used != seen:
                seen, moved = used, time.monotonic()
            self.progress.tick(max(0.0, (time.monotonic_ns() - start) / 1e9), total, used)

        def deadline() -> float:
            # A counted loop may take its time as long as operations go on.
            return moved + patience if total is None else start / 1e9 + total + patience

        sampler.tick(look=True)
        for worker in self.workers:
            worker.tell(Order("run", start=start))
        reports = hear(self.workers, step="run", deadline=deadline, meanwhile=meanwhile)
        sampler.tick(look=True)
        return start, reports

    def _examine(self, begin: int, end: int) -> Answer:
        workload = self.workload
        if not (workload.checks or workload.metrics or workload.collect):
            return Answer((), (), {})
        question = Question(
            os.getpid(),
            tuple((columns.descriptor, columns.capacity) for columns in self.plan.columns),
            self.plan.names,
            tuple(self.plan.by_loop),
            tuple(self.plan.due),
            begin,
            end,
            str(self.directory / "kept.jsonl"),
        )
        order = Order("examine", question=question)
        (report,) = self._ask("examine", order, seconds=_EXAMINE_SECONDS, workers=self.workers[:1])
        answer: Answer = report.result
        return answer

    def _ask(
        self,
        step: str,
        order: Order | None = None,
        *,
        seconds: float,
        workers: Sequence[Worker] | None = None,
    ) -> list[Report]:
        chosen = self.workers if workers is None else workers
        for worker in chosen:
            worker.tell(order or Order(step))  # type: ignore[arg-type]
        end = time.monotonic() + seconds
        return hear(chosen, step=step, deadline=lambda: end, meanwhile=self._check_systems)

    def _check_systems(self) -> None:
        for system in self.running:
            if failure := system.failure():
                what = "the system" if system is self.workload.system else "a helper of the system"
                raise SystemFailed(f"{what} died: {failure}")

    def _window(self, start: int) -> tuple[int, int]:
        """The measured part. A counted loop ends when the first worker has run out of operations."""
        loop = self.workload.loop
        begin = start + round(loop.warmup * 1e9)
        if not isinstance(loop, ClosedLoop) or loop.seconds is not None:
            return begin, begin + round((loop.seconds or 0.0) * 1e9)
        begin, ends, position = start, [], 0
        for worker in self.plan.workers:
            last = 0
            for lane in worker.lanes:
                columns = self.plan.lane_columns[position]
                position += 1
                begin = max(begin, columns.started[lane.warm] if lane.warm else 0)
                last = max(last, _last(columns))
            ends.append(last)
        return begin, max(min(ends), begin + 1)

    def _recording(self, begin: int, end: int) -> Recording:
        plan = self.plan
        return from_columns(
            plan.columns, plan.names, by_loop=plan.by_loop, planned=plan.due, begin=begin, end=end
        )

    def _doubts(self, connected: Sequence[Report], reports: Sequence[Report]) -> list[str]:
        doubts = []
        refused = sum(report.refused for report in reports)
        if refused:
            served = sum(report.connected for report in connected)
            doubts.append(f"users could not connect: {refused} of {refused + served}")
        if lost := sum(report.lost for report in reports):
            doubts.append(f"nested operations were not recorded, the columns were full: {lost}")
        timed = isinstance(self.workload.loop, ClosedLoop) and self.workload.loop.seconds is not None
        if timed and any(columns.started[-1] for columns in self.plan.lane_columns):
            doubts.append("the recording was full before the time was over; run fewer seconds")
        return doubts


def _last(columns: Columns) -> int:
    used = columns.used()
    return int(np.frombuffer(columns.finished, np.int64, used).max(initial=0))


def _doubted(validity: Validity, doubts: Sequence[str]) -> Validity:
    if not doubts:
        return validity
    verdict = "doubtful" if validity.verdict == "valid" else validity.verdict
    return Validity(verdict, (*validity.reasons, *doubts))
