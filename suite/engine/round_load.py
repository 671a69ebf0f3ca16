"""The load of a round: what is done before it, beside it and after it until all workers have reported."""

from __future__ import annotations

import time
from dataclasses import replace

from suite.engine.deployment import STEP_SECONDS, Deployment
from suite.engine.outputs import OutputWatch
from suite.engine.round_watch import RoundWatch
from suite.engine.stop_rules import StopRules
from suite.engine.worker_pool import gather_reports
from suite.engine.worker_request import WorkerReply, WorkerRequest
from suite.measure.columns import ROW_BYTES
from suite.measure.garbage import Garbage, between
from suite.measure.sampler import Sampler
from suite.process.notice import noticed
from suite.records.keeper import Keeper
from suite.records.reason import Reason

_LEAD = 60_000_000  # ns between the order to run and the agreed start: all workers have it by then


class RoundLoad:
    """The load of `deployed`, whose users are connected; ended early as `stopping` says.

    `began` is its first moment, in monotonic nanoseconds, 0 before. `stopped` is why it was ended early, at
    `stopped_at` (ns). `garbage` is what the system's collectors did meanwhile.
    """

    def __init__(
        self, deployed: Deployment, sampler: Sampler, outputs: OutputWatch, stopping: StopRules
    ) -> None:
        self.began = 0
        self.stopped: Reason | None = None
        self.stopped_at = 0
        self.garbage: Garbage | None = None
        self._deployed = deployed
        self._sampler = sampler
        self._outputs = outputs
        self._stopping = stopping
        self._patience = deployed.workload.timeout + deployed.workload.grace + STEP_SECONDS
        self._used, self._moved = 0, 0.0

    def run(self, keeper: Keeper | None) -> list[WorkerReply]:
        """Have the workers load, and watch; what they report. `keeper` is told the plan before."""
        deployed, sampler = self._deployed, self._sampler
        pids = deployed.processes()
        collected = deployed.agents.collections(pids)
        deployed.agents.forget_longest(pids)
        into = None if keeper is None else keeper.hold(deployed.plan.held(deployed.index))
        self.began = start = time.monotonic_ns() + _LEAD
        deployed.plan.begin_at(start)
        if into is not None:
            deployed.watchman.hold(deployed.plan.descriptors(), into, start)
        self._moved = time.monotonic()
        seen = RoundWatch(deployed, sampler, start, self._stopping)
        if deployed.observer is not None:
            deployed.observer.run(start)
        sampler.tick(look=True)
        deployed.timeline.begin(start)
        reports = self._reports(seen, start)
        if deployed.observer is not None:
            deployed.observer.end()
        sampler.tick(look=True)
        deployed.timeline.end()
        self.stopped, self.stopped_at = seen.reason, seen.stopped_at
        full = [report.full_at for report in reports if report.full_at]
        if self.stopped is None and full:
            figures = {"operations": deployed.plan.used(), "row": ROW_BYTES}
            self.stopped, self.stopped_at = Reason("room_full", figures), min(full)
        every = {*pids, *deployed.processes()}
        garbage = between(collected, deployed.agents.collections(every))
        self.garbage = garbage and replace(garbage, pauses=tuple(deployed.agents.pauses(every)))
        return reports

    def _reports(self, seen: RoundWatch, start: int) -> list[WorkerReply]:
        deployed, loop = self._deployed, self._deployed.workload.loop
        total = None if loop.seconds is None else loop.seconds + loop.warmup

        def meanwhile() -> None:
            deployed.timeline.tick()
            self._sampler.tick()
            if deployed.observer is not None:
                deployed.observer.tick()
            self._outputs.tick()
            deployed.check_systems()
            used = deployed.plan.used()
            if used != self._used:
                self._used, self._moved = used, time.monotonic()
            seen.tick()
            elapsed = max(0.0, (time.monotonic_ns() - start) / 1e9)
            deployed.progress.tick(elapsed, total, used, seen.so_far)

        def deadline() -> float:
            # A counted loop may take its time as long as operations go on.
            return (self._moved if total is None else start / 1e9 + total) + self._patience

        with noticed(deployed.groups()["system"]()):
            for worker in deployed.workers:
                worker.tell(WorkerRequest("run", start=start))
            return gather_reports(
                deployed.workers,
                step="run",
                deadline=deadline,
                meanwhile=meanwhile,
                pause=deployed.timeline.pause,
            )
