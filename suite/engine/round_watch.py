"""Looks at a round while its load runs: for whoever watches, and for what ends it early."""

from __future__ import annotations

import time

from suite.contract.loop import ClosedLoop, OpenLoop
from suite.engine.deployment import Deployment
from suite.engine.stop_rules import StopRules
from suite.engine.worker_request import WorkerRequest
from suite.measure.sampler import Sampler
from suite.measure.so_far import RoundSoFar, SoFar
from suite.records.reason import Reason

_EVERY = 1_000_000_000
"""ns between looks."""


class RoundWatch:
    """What the columns say of a round, looked at once a second; the workers do nothing for it.

    `reason` is why the load was ended, at `stopped_at` (monotonic ns).
    """

    def __init__(self, deployed: Deployment, sampler: Sampler, start: int, stopping: StopRules) -> None:
        loop, plan = deployed.workload.loop, deployed.plan
        timed = not isinstance(loop, ClosedLoop) or loop.seconds is not None
        begin = start + (round(loop.warmup * 1e9) if timed else 0)
        planned = isinstance(loop, OpenLoop)
        self.so_far: SoFar | None = None
        self.reason: Reason | None = None
        self.stopped_at = 0
        self._workers = deployed.workers
        self._seen = RoundSoFar(plan.counters(start), sampler, begin, planned=planned)
        self._rules = stopping.made(deployed.workload, plan, deployed.spec.settings, deployed.index)
        self._next = start + _EVERY

    def tick(self) -> None:
        """Look, if it is time to."""
        now = time.monotonic_ns()
        if now < self._next:
            return
        self._next = now + _EVERY
        self.so_far, rows = self._seen.look(now)
        if self.reason is not None:
            return
        found = [reason for rule in self._rules if (reason := rule.look(now, rows)) is not None]
        if found:
            self.reason, self.stopped_at = found[0], time.monotonic_ns()
            for worker in self._workers:
                worker.tell(WorkerRequest("stop"))
