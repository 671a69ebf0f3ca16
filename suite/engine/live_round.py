"""A round that is steered while it runs: users come and go, rows are read as they end, it ends when told."""

from __future__ import annotations

import contextlib
import time
from array import array
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from suite.contract.loop import OpenLoop
from suite.engine.deployment import STEP_SECONDS, Deployment
from suite.engine.progress import Progress, Silent
from suite.engine.worker_plan import GroupPlan, split
from suite.engine.worker_pool import gather_reports, receive
from suite.engine.worker_request import WorkerReply, WorkerRequest
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import ConfigurationError
from suite.measure.column_file import ColumnFile
from suite.measure.column_reader import ColumnReader
from suite.measure.joined import joined
from suite.measure.sampler import Sampler
from suite.records.recording import Recording, Times

_LEAD = 20_000_000  # ns from the order to the start


@contextlib.contextmanager
def live_round(
    spec: WorkloadSpec, progress: Progress | None = None, *, prepared: Sequence[Any] | None = None
) -> Iterator[LiveRound]:
    """A fresh system under load that no user is in yet; all its processes end with the block.

    Where somebody else has prepared it `prepared` holds what that returned, or nothing.

    Raises ConfigurationError, SystemFailed and WorkerFailed, as does what is done with it.
    """
    with contextlib.ExitStack() as stack:
        running = LiveRound(spec, 0, progress or Silent(), stack, live=True)
        if prepared is not None:
            running.workload.prepare = None
            running.prepared = next(iter(prepared), None)
        running.begin()
        yield running


class LiveRound(Deployment):
    """A round without an end of its own, see `live_round`. Of the workload's loop the think time holds.

    `reports` are what the workers last told: users, and the details and statuses of operations; `ends` what
    they told when their load had ended. `sampler` has a sample of each time that rows were taken.
    """

    reports: Sequence[WorkerReply] = ()
    ends: Sequence[WorkerReply] = ()
    sampler: Sampler
    changing = 0
    """Workers that have not done yet what `resize` asked of them, each asking counted."""

    def begin(self) -> None:
        """Start all processes, and the load of no users."""
        self.start_observed()
        self.sampler = Sampler(self.groups())
        for group in self.groups():
            self.sampler.quiet(group)
            self.sampler.reset_peak(group)
        self.ask("connect", self.connecting(), seconds=STEP_SECONDS)
        self.began = time.monotonic_ns() + _LEAD
        for worker in self.workers:
            worker.tell(WorkerRequest("run", start=self.began))
        if self.observer is not None:
            self.observer.run(self.began, live=True)
        self.reports = [WorkerReply("run") for _ in self.workers]
        groups = [group for worker in self.plan.workers for group in worker.groups]
        self._scheduled = [0] * len(groups)
        self._random = np.random.default_rng(self.spec.settings.seed)
        of_loop = iter(enumerate(groups))
        self._readers = [
            self._reader(file, *next(of_loop)) if by_loop else ColumnReader(file, None)
            for file, by_loop in zip(self.plan.files, self.plan.by_loop, strict=True)
        ]
        self.phase("running")

    @property
    def connected(self) -> int:
        """Users in the system, as the workers last told."""
        return sum(report.connected for report in self.reports)

    @property
    def refused(self) -> int:
        """Users that could not connect until now."""
        return sum(report.refused for report in self.reports)

    @property
    def whole(self) -> bool:
        """Whether all that was recorded is there for checks: full segments are given back once they are read,
        and of scheduled starts checks know nothing.
        """
        return not any(self._scheduled) and all(file.used() < file.rows for file in self.plan.files)

    def resize(self, *users: int) -> None:
        """Have so many users from now on, in all or of each class; doesn't wait for it. Who came last goes
        first.
        """
        weights = [share.weight for share in self.workload.shares()]
        if len(users) not in (1, len(weights)) or min(users) < 0:
            raise ConfigurationError(
                f"there can't be {', '.join(map(str, users))} users; give a whole number from 0 on, or one "
                f"for each class of users ({len(weights)})"
            )
        wanted = users if len(users) == len(weights) else split(users[0], weights)
        parts = [split(each, [1.0] * len(self.workers)) for each in wanted]
        for worker, part in zip(self.workers, zip(*parts, strict=True), strict=True):
            worker.tell(WorkerRequest("resize", users=part))
            self.changing += 1

    def schedule(self, starts: Times) -> None:
        """Have operations start at these times (monotonic ns), none before those told earlier; open loops."""
        weights = np.array([share.weight for share in self.workload.shares()])
        groups = len(self._scheduled)
        worker = np.arange(len(starts)) % len(self.workers)
        share = self._random.choice(len(weights), len(starts), p=weights / weights.sum())
        group = worker * len(weights) + share
        parts = [array("q", starts[group == index].tolist()) for index in range(groups)]
        for index, one in enumerate(self.workers):
            mine = parts[index * len(weights) : (index + 1) * len(weights)]
            one.tell(WorkerRequest("schedule", starts=tuple(mine)))
        for index, part in enumerate(parts):
            self._scheduled[index] += len(part)

    def ask_for_news(self) -> None:
        """Have the workers tell what there is to tell, in `reports` at some later `take`."""
        for worker in self.workers:
            worker.tell(WorkerRequest("tell"))

    def take(self) -> Recording:
        """The operations that have ended since the last time."""
        self.check_systems()
        self.sampler.tick()
        if self.observer is not None:
            self.observer.tick()
        self._hear()
        return self._taken()

    def stop(self) -> Recording:
        """Begin nothing more, give what is in flight the grace time; the operations not taken yet."""
        self.phase("draining")
        for worker in self.workers:
            worker.tell(WorkerRequest("stop"))
        end = time.monotonic() + self.workload.timeout + self.workload.grace + STEP_SECONDS
        told = {worker.name: WorkerReply("stop") for worker in self.workers}
        while waiting := [worker for worker in self.workers if told[worker.name].step != "run"]:
            # answers to changes may still be on their way
            reports = gather_reports(waiting, step="stop", deadline=lambda: end, meanwhile=self.check_systems)
            told |= {worker.name: report for worker, report in zip(waiting, reports, strict=True)}
        if self.observer is not None:
            self.observer.end()
        self.sampler.tick(look=True)
        rest = self._taken(rest=True)
        self.ends = [told[worker.name] for worker in self.workers]
        self.reports = self.close()
        time.sleep(0.025)  # lets a server notice that its clients are gone
        if self.observer is not None:
            self.observer.finish()
        for group in self.groups():
            self.sampler.quiet(group)
        return rest

    def _reader(self, file: ColumnFile, index: int, group: GroupPlan) -> ColumnReader:
        if not isinstance(self.workload.loop, OpenLoop):
            return ColumnReader(file, group.choices)
        return ColumnReader(file, group.choices, lambda: self._scheduled[index])

    def _hear(self) -> None:
        """Take in what workers have told of changes that are done."""
        told = list(self.reports)
        for position, worker in enumerate(self.workers):
            while worker.pipe.poll():
                told[position] = receive(worker)
                self.changing -= told[position].step == "resize"
        self.reports = told

    def _taken(self, *, rest: bool = False) -> Recording:
        parts = [part for reader in self._readers for part in reader.take(rest=rest)]
        return joined(parts, self.plan.names, self.began, time.monotonic_ns())
