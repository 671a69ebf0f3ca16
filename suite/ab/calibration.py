"""How small a slow-down can be noticed: a commit measured against itself, and slowed down on purpose."""

from __future__ import annotations

import contextlib
import functools
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from suite.ab.canary import Canaries
from suite.ab.checkout import Checkout, Name
from suite.ab.pairs import Repeated, Trial, measure, unbelievable
from suite.ab.planted import write_planted
from suite.ab.repository import Commit
from suite.ab.sample import ProcessRunner
from suite.ab.task import Task
from suite.compare.power import (
    FEWEST,
    MetricSeries,
    ab_catches,
    all_series,
    detectable,
    gate_catches,
    head_runs,
)
from suite.compare.primary import gate_metrics, primary_metrics
from suite.compare.sequential import LOOKS
from suite.config.catalog import Reference
from suite.config.gate import Budget
from suite.contract.component import Component
from suite.errors import SuiteError
from suite.measure.environment import commit
from suite.records.calibration import Calibration, Power, SelfComparison
from suite.records.classes import load_class, machine_class
from suite.records.keeper import Keeper
from suite.records.provenance import provenance_of
from suite.records.reason import Reason
from suite.records.run import Run

_INVALID = 4
_ALARM_TRIALS = 500
_TRIALS = 200
_SIZES = (0.05, 0.10, 0.20, 0.50)
PLANTED = 0.20
"""The slow-down that really runs, as a share of the time of an operation."""


class CalibrationObserver(Protocol):
    """Who is told how far a calibration is."""

    def measuring(self, workload: str, done: int, most: int, left: float) -> None: ...

    def planting(self, workload: str, pairs: int, most: int, *, slowed: bool) -> None: ...

    def resampling(self, workload: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Subject:
    """A workload to calibrate: how it runs, where it is, and what the gate looks at."""

    task: Task
    reference: Reference
    budget: Budget
    configuration: Path | None = None


class Calibrator:
    """One workload: its `runs` so far, at most `most` of them in so many `seconds`, and what they come to.

    Of those that were `invalid` there are the reasons. `keeper` is given each run; what one had found when we
    were killed is looked for in `room`.
    """

    def __init__(
        self,
        subject: Subject,
        scratch: Path,
        watch: CalibrationObserver,
        *,
        seconds: float,
        most: int,
        keeper: Keeper,
        room: Path | None = None,
    ) -> None:
        self.subject = subject
        self.runs: list[Run] = []
        self.invalid: list[tuple[Reason, ...]] = []
        self._watch = watch
        self._keeper = keeper
        self._planted: SelfComparison | None = None
        self._scratch = scratch
        self._ends = time.monotonic() + seconds
        self._share = seconds
        self._most = most
        sha, _, changed = commit(Path.cwd())
        self._side = Checkout("base", Commit(sha or "", "", int(changed)), Path.cwd(), Path(sys.executable))
        self._runner = ProcessRunner(scratch, Path(), scratch, subject.configuration, room)

    @property
    def enough(self) -> bool:
        """Whether the runs so far say something."""
        return len(self.runs) >= FEWEST

    def measure(self) -> None:
        """Half of the time for runs as they are, the rest for a slow-down that is planted."""
        reserve = self._share / 2
        while len(self.runs) < self._most and len(self.invalid) < _INVALID:
            now = time.monotonic()
            if now > self._ends or (self.enough and now > self._ends - reserve):
                break
            left = max(self._ends - time.monotonic(), 0.0)
            self._watch.measuring(self.subject.task.name, len(self.runs), self._most, left)
            run = self._runner.take(self._side, self.subject.task, self._keeper.keep)
            if reasons := unbelievable(run):
                self.invalid.append(reasons)
            else:
                self.runs.append(run)
                self._keeper.keep(run)
        if self.enough and time.monotonic() < self._ends:
            self._plant()

    def calibration(self) -> Calibration:
        """What the runs come to, by resampling."""
        self._watch.resampling(self.subject.task.name)
        runs, budget = self.runs, self.subject.budget
        deciding = all_series(runs, primary_metrics(runs[0], runs[-1]), {})
        names = budget.metrics or gate_metrics(runs[0], runs[-1])
        gated = all_series(runs, names, budget.minimum)
        heads = head_runs(runs[0].rounds)
        every = {one.metric: one for one in (*gated, *deciding)}
        return Calibration(
            **{**provenance_of(runs[0]), "id": uuid.uuid4().hex[:12], "workload": self.subject.task.name},
            machine=machine_class(runs[0].environment),
            load=load_class(runs[0].plan),
            runs=len(runs),
            ab_alarms=ab_catches(deciding, None, 0.0, _ALARM_TRIALS)[LOOKS[-1]] if deciding else 0.0,
            gate_alarms=gate_catches(gated, None, 0.0, _ALARM_TRIALS, heads) if gated else 0.0,
            metrics=tuple(_power(one, deciding, gated, heads) for one in every.values()),
            values={name: one.values for name, one in every.items()},
            against_itself=self._against_itself(),
            planted=self._planted,
            doubts=_doubts(runs),
        )

    def _plant(self) -> None:
        """Compare the commit with itself slowed down, in turns, by the means of `suite ab`."""
        delay = _delay(self.runs, self.subject.reference)
        if delay is None:
            return
        file = self._scratch / "planted.py"
        write_planted(file, self.subject.reference, delay)
        slow = Task(self.subject.task.name, str(file), self.subject.task.given)
        tasks: Mapping[Name, Task] = {"base": self.subject.task, "head": slow}
        trial = self._trial()

        def take(name: Name) -> Run:
            if time.monotonic() > self._ends:
                raise _TimeIsUp
            return canaries.beside(lambda: self._runner.take(self._side, tasks[name], self._keeper.keep))

        with Canaries(self._scratch) as canaries:
            try:
                with contextlib.suppress(_TimeIsUp):
                    measure(trial, take, _Planting(self._watch))
            finally:
                self._planted = _showed(trial, PLANTED) if len(trial.pairs) >= LOOKS[0] else None

    def _against_itself(self) -> SelfComparison | None:
        """What the measured runs show, taken as pairs in the order they came."""
        turns = list(zip(self.runs[::2], self.runs[1::2], strict=False))[: LOOKS[-1]]
        if len(turns) < LOOKS[0]:
            return None
        trial = self._trial()
        runs = iter([run for turn in turns for run in turn])

        def take(_name: Name) -> Run:
            run = next(runs, None)
            if run is None:
                raise _TimeIsUp
            return run

        with contextlib.suppress(_TimeIsUp):
            measure(trial, take, _Planting(None))
        return _showed(trial)

    def _trial(self) -> Trial:
        return Trial(self.subject.task.name, ("as it is", "slowed down"), seed=len(self.runs))


class _TimeIsUp(SuiteError):
    """No time for another round, or no more rounds: the pairs so far have to do."""


class _Planting:
    """A TrialObserver that tells which side runs."""

    def __init__(self, watch: CalibrationObserver | None) -> None:
        self._watch = watch

    def sampling(self, trial: Trial, side: Name) -> None:
        if self._watch is not None:
            self._watch.planting(trial.workload, len(trial.pairs), LOOKS[-1], slowed=side == "head")

    def halved(self, trial: Trial, side: Name, run: Run) -> None:
        """Nothing to tell."""

    def cut_short(self, trial: Trial, side: Name, run: Run) -> None:
        """See `TrialObserver`; who takes the round has kept it."""

    def paired(self, trial: Trial) -> None:
        """Nothing to tell."""

    def repeated(self, trial: Trial, again: Repeated) -> None:
        """Nothing to tell."""


def _showed(trial: Trial, slowed: float = 0.0) -> SelfComparison:
    standing, found = trial.judged()
    return SelfComparison(found.verdict, standing.looked, found.changes, slowed)


def _power(
    one: MetricSeries, deciding: Sequence[MetricSeries], gated: Sequence[MetricSeries], heads: int
) -> Power:
    ab: dict[str, float | None] | None = None
    caught: dict[str, float] | None = None
    gate = None
    if one in deciding:
        rates = functools.cache(lambda size: ab_catches(deciding, one.metric, size, _TRIALS))
        by_look: dict[int, Callable[[float], float]] = {
            look: functools.partial(lambda look, size: rates(size)[look], look) for look in LOOKS
        }
        ab = {str(look): detectable(by_look[look]) for look in LOOKS}
        caught = {f"{100 * size:g} %": rates(size)[LOOKS[-1]] for size in _SIZES}
    if any(other.metric == one.metric for other in gated):
        gate = detectable(lambda size: gate_catches(gated, one.metric, size, _TRIALS, heads))
    return Power(one.metric, one.unit, one.variation, one.least.size, ab, gate, caught)


def _doubts(runs: Sequence[Run]) -> Reason | None:
    doubtful = [run.validity.reasons for run in runs if run.validity.verdict == "doubtful"]
    return Reason.doubtful(doubtful, len(runs)) if doubtful else None


def _delay(runs: Sequence[Run], reference: Reference) -> float | None:
    """Seconds to plant on each operation; None where their time is not known.

    The operations of a component run one after the other: the response of one holds the turns of others.
    """
    component = isinstance(reference.load().system, Component)
    names = ("response.p50", "time_per_operation") if component else ("response.p50",)
    middles = []
    for name in names:
        measured = [run.metrics[name].value for run in runs if name in run.metrics]
        if known := [value for value in measured if value is not None]:
            middles.append(statistics.median(known))
    return PLANTED * min(middles) if middles else None
