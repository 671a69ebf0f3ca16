"""The highest load at which a system recovers from an overload, with clients that try again.

A load that it holds for ever may be one that it never comes back to: what clients try again keeps it
overloaded when the cause is gone (Bronson et al., Metastable Failures in Distributed Systems, HotOS 2021).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from suite.capacity.capacity import capacity
from suite.capacity.judging import FAILURES
from suite.capacity.probe import LoadBounds
from suite.capacity.search import Search
from suite.config.catalog import Reference, reference_to
from suite.config.configured import startable
from suite.config.settings import Settings
from suite.contract.component import Component
from suite.contract.fault import SYSTEM
from suite.contract.loop import OpenLoop
from suite.contract.workload import Workload
from suite.engine.kept_rounds import KeptRounds
from suite.engine.progress import Named, Progress, Silent
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import ConfigurationError, CutShort, SuiteError, SystemFailed
from suite.measure.band import FEWEST
from suite.measure.record_origin import RecordOrigin
from suite.process.guard import interruptible
from suite.records.capacity import Goal, Probe
from suite.records.incident import Incident
from suite.records.keeper import Keeper
from suite.records.overload import OverloadCourse, OverloadLook, OverloadRecovery
from suite.records.reason import Reason
from suite.records.resilience import FaultRound
from suite.resilience.resilience import WARM, round_of
from suite.units import format_quantity

_OVERLOAD = "Overload"
_CAPACITY_SECONDS = 90.0
_RESOLUTION = 0.1
_OUTGROWN, _TO_DRAIN = 1.5, 20.0
"""Times the clients' time-out that a queue takes in the end; times the overload that there is to recover."""
_FEWEST = 1.5 * FEWEST * FEWEST
"""Operations before an overload without which nobody could tell how it was."""


class CapacityUnknown(SuiteError):
    """The capacity, of which an overload is a multiple, could not be found."""

    exit_code = 3


def recover(
    workload: Workload,
    settings: Settings | None = None,
    course: OverloadCourse | None = None,
    *,
    known: float | None = None,
    reference: Reference | None = None,
    progress: Progress | None = None,
    watch: Callable[[OverloadLook], None] | None = None,
    watch_capacity: Callable[[Probe], None] | None = None,
    keeper: Keeper | None = None,
) -> OverloadRecovery:
    """Search the highest load at which the system of `workload` recovers, each look with a fresh system.

    `known` is its capacity in starts per second; None searches that first, and tells `watch_capacity` its
    looks. `keeper` is given what is known after each look. Call it from the main thread, as `run`. Raises
    ConfigurationError before anything starts, and CutShort for what ends it then: Interrupted, SystemFailed,
    CapacityUnknown.
    """
    settings, course = settings or Settings(), course or overload_course(workload)
    reference, progress = reference or reference_to(workload), progress or Silent()
    actual = startable(workload, settings)
    _check(actual, course, known)
    search: _Overloads | None = None
    try:
        with interruptible():
            at_least = False
            if known is None:
                known, at_least = _capacity(workload, settings, reference, progress, watch_capacity)
            search = _Overloads(actual, settings, course, (known, at_least), reference, progress, keeper)
            search.run(watch or (lambda _: None))
    except CutShort as cut:  # a capacity of which only a part is known is no answer
        raise CutShort(cut.error, None) from cut
    except SuiteError as error:
        raise CutShort(error, search and search.cut_short()) from error
    return search.summed_up()


def overload_course(
    workload: Workload, *, during: float | None = None, after: float | None = None, **given: Any
) -> OverloadCourse:
    """A course; `during` that long that a queue outgrows the clients' patience, if it is not given."""
    course = OverloadCourse(**given)
    patience = workload.retry.timeout if workload.retry else None
    if during is None:
        during = max(course.during, _OUTGROWN * (patience or 0.0) / max(course.times - 1, _OUTGROWN / 10))
    return replace(
        course, during=during, after=max(course.after, _TO_DRAIN * during) if after is None else after
    )


def _check(workload: Workload, course: OverloadCourse, known: float | None) -> None:
    wrong = []
    if isinstance(workload.system, Component):
        wrong.append(f"{workload.name} is a Component: one worker is all that can load it")
    wrong += [
        f"{name} must be above 0"
        for name in ("before", "during", "after", "budget")
        if getattr(course, name) <= 0
    ]
    if not 1 < course.times < math.inf:
        wrong.append("an overload is more than 1 times the capacity")
    if not 0 < course.lowest < course.highest <= 1:
        wrong.append("loads are shares of the capacity, above 0 and up to 100%, the lowest first")
    elif course.at_least is not None and not course.lowest <= course.at_least <= course.highest:
        wrong.append(f"{course.at_least:.0%} is outside of what is searched")
    if known is not None and known <= 0:
        wrong.append("a capacity is above 0")
    if wrong:
        raise ConfigurationError.of(wrong)


def _capacity(
    workload: Workload,
    settings: Settings,
    reference: Reference,
    progress: Progress,
    watch: Callable[[Probe], None] | None,
) -> tuple[float, bool]:
    """The highest load that it holds, and whether it may be more."""
    goal = Goal("rate", repeats=2, budget=_CAPACITY_SECONDS)
    found = capacity(workload, settings, goal, reference=reference, progress=progress, watch=watch).found
    if found.low is None:
        raise CapacityUnknown(
            f"{workload.name}: its capacity, of which an overload is a multiple, could not be found "
            f"({found.end}); give --capacity"
        )
    return found.low, found.end != "found"


class _Overloads:
    """The looks of one search."""

    def __init__(
        self,
        workload: Workload,
        settings: Settings,
        course: OverloadCourse,
        capacity: tuple[float, bool],
        reference: Reference,
        progress: Progress,
        keeper: Keeper | None,
    ) -> None:
        self.looks: list[OverloadLook] = []
        self._workload = workload
        self._settings = settings
        self._course = course
        self._capacity, self._at_least = capacity
        self._reference = reference
        self._progress = progress
        self._origin = RecordOrigin()
        self._keeper = keeper
        self._rounds = KeptRounds(
            keeper, lambda: self.summed_up(partial=True, soon=True), lambda: bool(self.looks)
        )
        self._watch: Callable[[OverloadLook], None]
        highest = course.highest * self._capacity
        lowest = min(max(course.lowest * self._capacity, _FEWEST / (course.before + WARM)), highest)
        start = (course.at_least or 0.5) * self._capacity
        self._search = Search(
            self._look,
            LoadBounds(
                min(max(start, lowest), highest),
                lowest,
                highest,
                repeats=course.repeats,
                seconds=course.budget,
                resolution=_RESOLUTION,
            ),
            clock=time.monotonic,
            ended=self._keep,
        )

    def run(self, watch: Callable[[OverloadLook], None]) -> None:
        self._watch = watch
        self._search.run()

    def cut_short(self) -> OverloadRecovery | None:
        """What is known of a search that something ended; None of nothing."""
        unfinished = self._rounds.unfinished
        known = self.looks or (unfinished and unfinished.measured)
        return self.summed_up(partial=True) if known else None

    def _keep(self) -> None:
        if self._keeper is not None:
            self._keeper.keep(self.summed_up(partial=True, soon=True))

    def summed_up(self, *, partial: bool = False, soon: bool = False) -> OverloadRecovery:
        """What is known by now; `partial` if something ended the search early."""
        retry, course = self._workload.retry, self._course
        loop = self.loop(self._capacity)
        return OverloadRecovery(
            **(self._origin.known() if soon else self._origin.fields()),
            workload=self._workload.name,
            partial=partial,
            unfinished=self._rounds.unfinished,
            plan={
                "loop": loop.kind,
                "arrivals": loop.arrivals,
                "users": loop.users,
                "workers": self._settings.workers,
                "parameters": self._workload.plain_parameters(),
                **({"retry": vars(retry)} if retry else {}),
                **asdict(course),
                "faults": [
                    f"{course.times:g} times the capacity for {course.during:g} s of {loop.seconds:g} s"
                ],
            },
            course=self._course,
            capacity=self._capacity,
            capacity_at_least=self._at_least,
            attempts=retry.attempts if retry else 1,
            found=replace(self._search.found(), looks=()),
            looks=tuple(self.looks),
        )

    def loop(self, load: float) -> OpenLoop:
        """The load of a look at `load`."""
        course, own = self._course, self._workload.loop
        users, busy = (own.users, own.busy) if isinstance(own, OpenLoop) else (None, "queue")
        stages = (
            (load, course.before + WARM),
            (course.times * self._capacity, course.during),
            (load, course.after),
        )
        seconds = sum(length for _, length in stages)
        rate = sum(rate * length for rate, length in stages) / seconds
        return OpenLoop(rate, seconds, "stages", users, busy, stages=stages)

    def _look(self, load: float) -> Probe:
        watcher = Named(self._progress, f"at {format_quantity(load, '1/s')}")
        begins = self._course.before + WARM
        noted = Incident(
            _OVERLOAD,
            SYSTEM,
            begins,
            settings={"rate": self._course.times * self._capacity},
            began=begins,
            ended=begins + self._course.during,
            struck=1,
        )
        spec = WorkloadSpec(self._reference, self._settings.with_loop(self.loop(load)))
        of = Reason("unfinished_look", {"load": load, "over": "rate"})
        result = self._rounds.take(of, spec, len(self.looks), watcher, noted=[noted])
        if result.failure is not None and result.failure.kind == "system":
            if (watcher.seconds or 0.0) < begins:
                raise SystemFailed(result.failure.message)
            found = FaultRound(died=result.failure.message)
        else:
            found = round_of(result)
        look = OverloadLook(load, _held_before(found))
        self.looks.append(look)
        self._watch(look)
        return _probe(look)


def _held_before(found: FaultRound) -> FaultRound:
    """What failed before the overload says nothing of what came of that."""
    share = found.errors("before")
    if share <= FAILURES:
        return found
    return replace(found, reasons=(*found.reasons, Reason("failed_before", {"share": share})))


def _probe(look: OverloadLook) -> Probe:
    """As the search sees it: what the system did not hold before is nothing that it recovers at."""
    verdict = look.round.verdict
    anyway = any(reason.kind == "failed_before" for reason in look.round.reasons)
    holds = False if anyway or verdict in ("never", "died") else True if verdict == "recovered" else None
    return Probe(look.load, holds, None if holds else "recovery", valid=holds is not None)
