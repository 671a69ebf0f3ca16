"""A workload with one fault after another, each in a round of its own beside one without."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace

from suite.config.catalog import Reference, reference_to
from suite.config.configured import configured, startable
from suite.config.settings import Settings
from suite.contract.fault import At
from suite.contract.loop import ClosedLoop, Loop, not_replayed
from suite.contract.workload import Workload
from suite.engine.kept_rounds import KeptRounds
from suite.engine.progress import Named, Progress, Silent
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import ConfigurationError, CutShort, SuiteError, SystemFailed
from suite.measure.band import FEWEST
from suite.measure.record_origin import RecordOrigin
from suite.process.guard import interruptible
from suite.records.incident import Incident
from suite.records.keeper import Keeper
from suite.records.reason import Reason
from suite.records.resilience import FaultCourse, FaultRound, FaultTrial, Resilience
from suite.records.run import Round
from suite.resilience.fault_matrix import MatrixCell, fault_matrix

WARM = 0.5
"""Seconds of load that count for nothing, before each round's own."""
_AGAIN = 1
"""How often a round is taken once more that can't be believed, or in which nothing but lateness stayed."""
_NOTHING = "Nothing"
_UNDELIVERED = ("worker_died", "no_samples", "undelivered", "missed_starts")
"""Reasons to believe nothing of a round. Others make times doubtful, which matters where lateness is all."""


def resilience(
    workload: Workload,
    settings: Settings | None = None,
    course: FaultCourse | None = None,
    *,
    parties: Iterable[str] = (),
    faults: Iterable[str] = (),
    reference: Reference | None = None,
    progress: Progress | None = None,
    watch: Callable[[FaultTrial, int, int], None] | None = None,
    keeper: Keeper | None = None,
) -> Resilience:
    """Try `faults` of `parties`, see `fault_matrix`, in rounds of a fresh system under the workload's load.

    `watch` is told each trial, the how manyth it is and of how many, `keeper` given what is known after each
    round. Call it from the main thread, as `run`.
    Raises ConfigurationError before anything starts, and CutShort for what ends it then: Interrupted,
    or SystemFailed where nothing had failed yet.
    """
    trials = _Trials(
        workload,
        settings or Settings(),
        course or FaultCourse(),
        parties,
        faults,
        reference or reference_to(workload),
        progress or Silent(),
        keeper,
    )
    try:
        with interruptible():
            trials.run(watch or (lambda *_: None))
    except SuiteError as error:
        found = trials.summed_up(partial=True)
        known = found.trials or (found.unfinished and found.unfinished.measured)
        raise CutShort(error, found if known else None) from error
    return trials.summed_up()


class _Trials:
    def __init__(
        self,
        workload: Workload,
        settings: Settings,
        course: FaultCourse,
        parties: Iterable[str],
        faults: Iterable[str],
        reference: Reference,
        progress: Progress,
        keeper: Keeper | None,
    ) -> None:
        self._keeper = keeper
        self._rounds = KeptRounds(
            keeper, lambda: self.summed_up(partial=True, soon=True), lambda: self._usual is not None
        )
        self._workload = workload
        self._course = course
        self._loop = loop_of(configured(workload, settings).loop, course)
        self._settings = settings
        self._reference = reference
        self._progress = progress
        actual = startable(workload, settings.with_loop(self._loop))
        self._matrix = fault_matrix(actual, course, parties, faults)
        self._plan = {
            "loop": self._loop.kind,
            **asdict(self._loop),
            "workers": settings.workers,
            "parameters": actual.plain_parameters(),
            "faults": [cell.at.described() for cell in self._matrix.cells],
        }
        self._origin = RecordOrigin()
        self._usual: FaultRound | None = None
        self._done: list[FaultTrial] = []
        self._running: tuple[FaultTrial, ...] = ()
        """The trial of which there may be more rounds."""

    def run(self, watch: Callable[[FaultTrial, int, int], None]) -> None:
        self._usual = self._believable(None, 0)
        broken = {check.name for check in self._usual.lost}
        count = len(self._matrix.cells)
        for number, cell in enumerate(self._matrix.cells):
            rounds: list[FaultRound] = []
            try:
                for index in range(self._course.rounds):
                    one = self._believable(cell, index)
                    rounds.append(self._against_usual(one, broken))
                    self._running = (FaultTrial(cell.fault, cell.party, tuple(rounds)),)
                    self._keep()
            finally:  # of what is cut short the rounds that came to their end
                self._done += self._running
                self._running = ()
            watch(self._done[-1], number, count)

    def _keep(self) -> None:
        if self._keeper is not None:
            self._keeper.keep(self.summed_up(partial=True, soon=True))

    def summed_up(self, *, partial: bool = False, soon: bool = False) -> Resilience:
        """What is known by now; `partial` if something ended it early."""
        return Resilience(
            **(self._origin.known() if soon else self._origin.fields()),
            workload=self._workload.name,
            partial=partial,
            plan=self._plan,
            course=self._course,
            usual=self._usual and _usual(self._usual),
            trials=(*self._done, *self._running),
            unfinished=self._rounds.unfinished,
            skipped=self._matrix.skipped,
        )

    def _believable(self, cell: MatrixCell | None, index: int) -> FaultRound:
        found = self._round(cell, index)
        for _ in range(_AGAIN):
            if not (found.reasons or _late(found) or (cell is None and _restless(found))):
                break
            found = self._round(cell, index)
        return found

    def _round(self, cell: MatrixCell | None, index: int) -> FaultRound:
        faults: tuple[At, ...] = () if cell is None else (cell.at,)
        noted = [_pretended(self._course, index)] if cell is None else []
        name = "without a fault" if cell is None else f"{cell.fault} {cell.party}"
        watcher = Named(self._progress, name)
        spec = WorkloadSpec(self._reference, self._settings.with_loop(self._loop, faults))
        told = {} if cell is None else {"fault": cell.fault, "of": cell.party}
        of = Reason("unfinished_usual" if cell is None else "unfinished_trial", told)
        result = self._rounds.take(of, spec, index, watcher, noted=noted)
        if result.failure is not None and result.failure.kind == "system":
            if cell is None or (watcher.seconds or 0.0) < WARM + self._course.before:
                raise SystemFailed(result.failure.message)
            return FaultRound(died=result.failure.message)
        return round_of(result)

    def _against_usual(self, one: FaultRound, broken: set[str]) -> FaultRound:
        """A check that breaks anyway says nothing, nor does restlessness where there is some anyway."""
        assert self._usual is not None
        one = replace(one, lost=tuple(check for check in one.lost if check.name not in broken))
        if one.verdict == "never" and _restless(self._usual):
            return replace(one, reasons=(Reason("restless_without"),))
        return one


def loop_of(loop: Loop, course: FaultCourse) -> Loop:
    """`loop` for as long as the course takes. Raises ConfigurationError if it has too little to compare."""
    if isinstance(loop, ClosedLoop):
        return ClosedLoop(loop.users, seconds=course.seconds, think=loop.think, warmup=WARM)
    not_replayed(loop, "suite resilience")
    wanted = FEWEST * FEWEST
    if loop.rate * course.before < wanted:
        raise ConfigurationError(
            f"at {loop.rate:g}/s {course.before:g} s before a fault have fewer than the {wanted} operations "
            f"that tell how it was before; give --before {wanted / loop.rate:.0f}s or more"
        )
    arrivals = "constant" if loop.arrivals in ("ramp", "stages") else loop.arrivals
    return replace(loop, seconds=course.seconds, warmup=WARM, arrivals=arrivals, stages=())


def round_of(result: Round) -> FaultRound:
    """What a round that came to its end says of the one fault that it had.

    A generator that was late makes answers look late, and lets nothing fail.
    """
    found = FaultRound(
        next(iter(result.incidents), None),
        checked=len(result.checks),
        lost=tuple(check for check in result.checks if not check.passed),
        details=result.details,
        amplification=result.metrics.get("retry.amplification"),
    )
    reasons = result.validity.reasons if result.validity.verdict == "invalid" else ()
    late = _late(found)
    return replace(found, reasons=tuple(one for one in reasons if late or one.kind in _UNDELIVERED))


def _late(one: FaultRound) -> bool:
    """Whether it never was as before for lateness alone, which may be the doing of a busy machine."""
    if one.impact is None or one.verdict != "never":
        return False
    return not one.impact.service_at_least or one.errors("after") <= 2 * one.errors("before")


def _pretended(course: FaultCourse, index: int) -> Incident:
    """Nothing, where others have their fault."""
    begins, ends = course.before, course.before + course.during
    return Incident(_NOTHING, "", begins, index, {}, begins, ends, struck=1)


def _restless(usual: FaultRound) -> bool:
    """Whether without a fault it looked as if one had stayed."""
    return usual.verdict == "never"


def _usual(one: FaultRound) -> FaultRound:
    """The round without a fault, with why others can't be told from it."""
    reasons = [
        Reason("check_fails_anyway", {"check": check.name, "detail": check.detail}) for check in one.lost
    ]
    if _restless(one):
        reasons.append(Reason("restless_without"))
    return replace(one, reasons=(*one.reasons, *reasons))
