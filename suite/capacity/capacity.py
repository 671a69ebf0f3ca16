"""How much load a system holds: the search, driven with real rounds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from suite.capacity.backlog import Backlog, backlog_of
from suite.capacity.goal import bounds_of, default_over
from suite.capacity.judging import probe_of
from suite.capacity.scaling import fit_scaling
from suite.capacity.search import Search
from suite.config.catalog import Reference, reference_to
from suite.config.configured import configured
from suite.config.settings import Settings
from suite.contract.loop import ClosedLoop, Loop, OpenLoop, facts
from suite.contract.replay import Replay
from suite.contract.workload import Workload
from suite.data.log_columns import read
from suite.engine.kept_rounds import KeptRounds
from suite.engine.progress import Named, Progress, Silent
from suite.engine.replaying import resolved
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import CutShort, SuiteError, SystemFailed
from suite.measure.record_origin import RecordOrigin
from suite.measure.room import has_room
from suite.process.guard import interruptible
from suite.records.capacity import Capacity, Goal, Over, Probe
from suite.records.keeper import Keeper
from suite.records.reason import Reason
from suite.records.recording import Recording
from suite.records.run import Round
from suite.units import format_quantity

LONG = 4
"""The reported end has held in a look so many times as long."""
_WARM = 0.25
"""Of a look's length, before it."""


def capacity(
    workload: Workload,
    settings: Settings | None = None,
    goal: Goal | None = None,
    *,
    reference: Reference | None = None,
    progress: Progress | None = None,
    watch: Callable[[Probe], None] | None = None,
    keeper: Keeper | None = None,
) -> Capacity:
    """Search how much load the system of `workload` holds, each look a short round with a fresh system.

    `watch` is told each look, `keeper` what is known before and after it. Call it from the main thread, as
    `run`. A system that dies under load does not hold that load; one that would not start ends the search.
    Raises ConfigurationError before anything starts, and CutShort for what ends it then: Interrupted on
    SIGINT and SIGTERM, SystemFailed.
    """
    driver = _Driver(workload, settings or Settings(), goal, reference, progress or Silent(), watch, keeper)
    try:
        with interruptible():
            driver.search.run()
    except SuiteError as error:
        found = driver.summed_up(partial=True)
        known = found.found.looks or (found.unfinished and found.unfinished.measured)
        raise CutShort(error, found if known else None) from error
    return driver.summed_up()


class _Driver:
    def __init__(
        self,
        workload: Workload,
        settings: Settings,
        goal: Goal | None,
        reference: Reference | None,
        progress: Progress,
        watch: Callable[[Probe], None] | None,
        keeper: Keeper | None,
    ) -> None:
        self.workload = configured(workload, settings)
        for system in (self.workload.system, *self.workload.beside.values()):
            system.check()
        self.goal = goal or Goal(default_over(self.workload))
        self.settings = settings
        self.reference = reference or reference_to(workload)
        self.progress = progress
        self.watch = watch or (lambda _: None)
        self.origin = RecordOrigin()
        self.looks = 0
        self.rejected: float | None = None
        self.bounds = bounds_of(self.workload, self.goal, settings.workers)
        for load in (self.bounds.lowest, self.bounds.start):
            configured(workload, self._changed(load))  # faults show before anything starts
        self.keeper = keeper
        self.rounds = KeptRounds(
            keeper, lambda: self.summed_up(partial=True, soon=True), lambda: self.looks > 0
        )
        self.search = Search(
            self.look,
            self.bounds,
            confirm=lambda load: self.look(load, LONG),
            clock=time.monotonic,
            ended=self.keep,
        )

    def look(self, load: float, times: int = 1) -> Probe:
        """One round at `load`, `times` as long as usual."""
        flights: list[Backlog] = []

        def see(recording: Recording) -> None:
            flights.append(backlog_of(recording))

        words = _load_words(load, self.goal.over)
        watcher = Named(self.progress, f"at {words}")
        settings, loop = self._changed(load, times), self._loop(load, times)
        of = Reason("unfinished_look", {"load": load, "over": self.goal.over})
        spec = WorkloadSpec(self.reference, settings)
        result: Round = self.rounds.take(of, spec, self.looks, watcher, see)
        self.looks += 1
        if result.failure is not None and result.failure.kind == "system" and watcher.seconds is None:
            raise SystemFailed(result.failure.message)
        probe = probe_of(
            load,
            result,
            flights[0] if flights and self.goal.over != "users" else None,
            workload=self.workload,
            level=self.goal.level,
            rejected=self.rejected,
            by_chance=isinstance(loop, OpenLoop) and loop.arrivals == "poisson",
        )
        if self.rejected is None and result.failure is None and probe.valid:
            self.rejected = result.metrics.get("rejected") or 0.0
        self.watch(probe)
        return probe

    def keep(self) -> None:
        """Have what is known by now on disk."""
        if self.keeper is not None:
            self.keeper.keep(self.summed_up(partial=True, soon=True))

    def summed_up(self, *, partial: bool = False, soon: bool = False) -> Capacity:
        """What is known by now; `partial` if something ended the search early."""
        found = self.search.found()
        steady = [look for look in found.looks if look.valid and look.throughput and not look.backlog_grew]
        rate = self.goal.over != "users"
        points = [(look.flight or 0.0 if rate else look.load, look.throughput or 0.0) for look in steady]
        loop = resolved(self._loop(self.bounds.start), anew=False)
        return Capacity(
            **(self.origin.known() if soon else self.origin.fields()),
            workload=self.workload.name,
            partial=partial,
            unfinished=self.rounds.unfinished,
            plan={
                **facts(loop),
                "workers": self.settings.workers,
                "parameters": self.workload.plain_parameters(),
            },
            goal=self.goal,
            found=found,
            scaling=fit_scaling(points),
        )

    def _changed(self, load: float, times: int = 1) -> Settings:
        return self.settings.with_loop(self._loop(load, times))

    def _loop(self, load: float, times: int = 1) -> Loop:
        seconds, warmup = self.goal.seconds * times, self.goal.seconds * _WARM
        loop = self.workload.loop
        if self.goal.over == "users":
            think = loop.think if isinstance(loop, ClosedLoop) else 0.0
            return ClosedLoop(int(load), seconds=seconds, think=think, warmup=warmup)
        if self.goal.over == "speed" and isinstance(loop, OpenLoop) and isinstance(loop.arrivals, Replay):
            peak = replace(loop.arrivals, speed=load, begin="peak", summary=None)
            seconds = min(seconds, read(peak, has_room).summary.seconds / load)
            return replace(loop, arrivals=peak, rate=0.0, seconds=seconds, warmup=warmup)
        if isinstance(loop, OpenLoop) and loop.steady:
            return replace(loop, rate=load, seconds=seconds, warmup=warmup)
        users, busy = (loop.users, loop.busy) if isinstance(loop, OpenLoop) else (None, "queue")
        return OpenLoop(load, seconds, "poisson", users, busy, warmup)


def _load_words(load: float, over: Over) -> str:
    match over:
        case "rate":
            return format_quantity(load, "1/s")
        case "speed":
            return f"{load:.3g}× speed"
        case "users":
            return f"{load:,.0f} users"
