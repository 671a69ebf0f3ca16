"""A fresh system under load in windows of so many operations, quiet in between."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from suite.engine.deployment import STEP_SECONDS, Deployment
from suite.engine.merging import details
from suite.engine.partial import partial_round
from suite.engine.worker_pool import gather_reports
from suite.engine.worker_request import WorkerReply, WorkerRequest
from suite.measure import proc
from suite.records.detail import Detail
from suite.records.keeper import Keeper
from suite.records.outcome import Outcome
from suite.records.run import Round

_LEAD = 20_000_000  # ns from the order to the start
_QUIET_LOOK = 0.025  # s; a server needs about as long to notice that its clients are gone
_QUIET_SHARE = 0.2  # of a core: less is a system that has nothing left to do
_QUIET_LOOKS = 2
_QUIET_WAIT = 2.0  # s


class Windows(Deployment):
    """Repeats the plan's operations on one system. The plan is a counted closed loop without warm-up.

    `seconds` is how long load ran in all, `operations` what was started, `well` what ended `ok` or
    `rejected`; `details` are the causes of what did not. `keeper` is told of each window before it runs.
    """

    keeper: Keeper | None = None
    _began = 0

    seconds = 0.0
    operations = 0
    well = 0
    details: tuple[Detail, ...] = ()
    _connected = False
    empty = False
    """Whether operations do nothing."""
    _stopped = False

    def window(self, times: int, *, hold: bool) -> None:
        """Run the plan's operations `times` times; `hold` leaves the users connected afterwards.

        Raises SystemFailed and WorkerFailed.
        """
        begun = time.monotonic()
        for _ in range(times):
            self._clear()  # before connecting, which is recorded as well
            if not self._connected:
                self._connected = True
                self.connect()
            self._count(self._run())
        if not hold:
            self.release()
        self.seconds += time.monotonic() - begun

    def cut_short(self) -> Round | None:
        """What the last window had recorded, which something ended early."""
        return partial_round(self, None, self._began) if self._began else None

    def release(self) -> None:
        """Close the users' connections if they are open."""
        if self._connected:
            self._connected = False
            self.close()

    def quiet(self) -> bool:
        """Wait until the system and its helpers have nothing left to do; False if they never stop."""
        still = 0
        end = time.monotonic() + _QUIET_WAIT
        before = self._cpu()
        while time.monotonic() < end:
            time.sleep(_QUIET_LOOK)
            super().check_systems()  # what one writes meanwhile is to be given back too
            now = self._cpu()
            still = still + 1 if now - before < _QUIET_SHARE * _QUIET_LOOK else 0
            if still == _QUIET_LOOKS:
                return True
            before = now
        return False

    def stop_after_failures(self) -> None:
        """Have the users begin nothing more once an operation of theirs has failed."""
        if self._stopped:
            return
        ended, well = self._tally()
        if well < ended:
            self._stopped = True
            for worker in self.workers:
                worker.tell(WorkerRequest("stop"))

    def _run(self) -> list[WorkerReply]:
        self._stopped = False
        into = None if self.keeper is None else self.keeper.hold(self.plan.held(self.index))
        start = time.monotonic_ns() + _LEAD
        if into is not None:
            self.watchman.hold(self.plan.descriptors(), into, start)
        self._began = start
        for worker in self.workers:
            worker.tell(WorkerRequest("run", start=start, only=self.plan.only, empty=self.empty))
        return gather_reports(
            self.workers, step="run", deadline=self._patience(), meanwhile=self.check_systems
        )

    def _patience(self) -> Callable[[], float]:
        """A window may take its time as long as operations go on."""
        allowed = self.workload.timeout + self.workload.grace + STEP_SECONDS
        seen, moved = -1, time.monotonic()

        def deadline() -> float:
            nonlocal seen, moved
            used = self.plan.used()
            if used != seen:
                seen, moved = used, time.monotonic()
            return moved + allowed

        return deadline

    def _count(self, reports: list[WorkerReply]) -> None:
        self.operations += self.plan.used()
        self.well += self._tally()[1]
        self.details = details(reports)

    def _tally(self) -> tuple[int, int]:
        """How many operations have ended, and how many of them `ok` or `rejected`."""
        ends = goods = 0
        for columns, used in (part for file in self.plan.group_files for part in file.parts()):
            outcomes = np.frombuffer(columns.outcome, np.uint8, used)
            ended = np.frombuffer(columns.finished, np.int64, used) > 0
            well = ended & ((outcomes == Outcome.ok) | (outcomes == Outcome.rejected))
            ends += int(np.count_nonzero(ended))
            goods += int(np.count_nonzero(well))
        return ends, goods

    def _clear(self) -> None:
        """Make all rows free again."""
        self._began = 0
        for file in self.plan.files:
            file.clear()

    def _cpu(self) -> float:
        """Seconds used by all that may still work on what it was given."""
        roots = [pid for name, find in self.groups().items() if name != "workers" for pid in find()]
        return sum(found.cpu for pid in proc.tree(roots) if (found := proc.stat(pid)) is not None)
