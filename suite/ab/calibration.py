"""What one `suite calibrate` does: measure a commit against itself, see what would be noticed, keep it."""

from __future__ import annotations

import contextlib
import functools
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from suite.ab.canary import Canaries
from suite.ab.checkout import Checkout, Name
from suite.ab.pairs import Trial, measure
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
from suite.config.file import Budget
from suite.contract.component import Component
from suite.errors import Interrupted, SuiteError, SystemFailed, WorkerFailed
from suite.files import check_writable
from suite.measure.environment import commit, fingerprint
from suite.process.guard import interruptible
from suite.process.identity import round_identity
from suite.process.scratch import scratch_directory
from suite.records.run import Run
from suite.report.documents.run import SCHEMA
from suite.report.documents.target import STDOUT, check_target, deliver
from suite.report.reasons import all_words, words
from suite.report.terminal.calibration import NAME, Calibrated, Calibrations, Power, print_calibrated
from suite.report.terminal.console import make_console
from suite.report.terminal.live import Live
from suite.report.verdict import overall, verdict_word
from suite.report.words import BAD, WARNING, clean

_INVALID = 4
_ALARM_TRIALS = 500
_TRIALS = 200
_SIZES = (0.05, 0.10, 0.20, 0.50)
PLANTED = 0.20
"""The slow-down that really runs, as a share of the time of an operation."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A workload to calibrate: how it runs, where it is, and what the gate looks at."""

    task: Task
    reference: Reference
    budget: Budget
    configuration: Path | None = None


def calibrate(
    results: Path, subjects: Sequence[Subject], *, budget: float, runs: int, json_file: str | None
) -> int:
    """Calibrate each, keep each at once, print; the exit code.

    Each has up to `runs` runs within its share of `budget` seconds. Raises StoreError before anything runs
    if nothing could be kept. What ends it early (Interrupted, a StoreError) is raised after what was measured
    is kept and printed.
    """
    check_writable(results / NAME)
    check_target(json_file)
    kept = Calibrations(results)
    console = make_console(stderr=json_file == STDOUT)
    found: list[Calibrated] = []
    codes: list[int] = []
    fault: SuiteError | None = None
    ends = time.monotonic() + budget
    with interruptible(), scratch_directory() as scratch, round_identity(scratch):
        for index, subject in enumerate(subjects):
            share = max(ends - time.monotonic(), 0.0) / (len(subjects) - index)
            work = _Work(subject, scratch, Live(console), time.monotonic() + share, share, runs)
            try:
                work.measure()
            except (SystemFailed, WorkerFailed) as error:
                codes.append(error.exit_code)
                console.print(clean(str(error)), style=BAD, soft_wrap=True, highlight=False)
            except SuiteError as error:
                fault = error
            work.live.close()
            if len(work.runs) >= FEWEST:
                try:
                    one = work.calibrated()
                except Interrupted as error:  # what was measured is kept all the same; no second one comes
                    fault = error
                    one = work.calibrated()
                found.append(one)
                kept.keep(work.runs[0], one)
                print_calibrated(console, one)
            else:
                codes.append(3)
                console.print(
                    clean(work.short(ended=fault is not None)), style=WARNING, soft_wrap=True, highlight=False
                )
            if fault is not None:
                break
        code = overall([0, *codes, *([fault.exit_code] if fault else [])])
        if found:
            console.print(f"kept in {results / NAME}", soft_wrap=True, highlight=False)
        deliver(_document(found, fault.exit_code if isinstance(fault, Interrupted) else code), json_file)
    if fault is not None:
        raise fault
    return code


def _document(found: Sequence[Calibrated], code: int) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "environment": fingerprint(),
        "verdict": verdict_word(code),
        "exit_code": code,
        "calibrations": [asdict(one) for one in found],
    }


class _Work:
    """One workload: its runs so far, and what they come to."""

    def __init__(
        self, subject: Subject, scratch: Path, live: Live, ends: float, share: float, most: int
    ) -> None:
        self.subject = subject
        self.live = live
        self.runs: list[Run] = []
        self._invalid: list[str] = []
        self._planted = ""
        self._scratch = scratch
        self._ends = ends
        self._share = share
        self._most = most
        sha, _, changed = commit(Path.cwd())
        self._side = Checkout("base", Commit(sha or "", "", int(changed)), Path.cwd(), Path(sys.executable))
        self._sampler = ProcessRunner(scratch, Path(), scratch, subject.configuration)

    def measure(self) -> None:
        """Half of the time for runs as they are, the rest for a slow-down that is planted."""
        reserve = self._share / 2
        while len(self.runs) < self._most and len(self._invalid) < _INVALID:
            now = time.monotonic()
            if now > self._ends or (len(self.runs) >= FEWEST and now > self._ends - reserve):
                break
            self.live.phase(clean(self.subject.task.name), len(self.runs), self._most, self._left())
            run = self._sampler.take(self._side, self.subject.task)
            if run.error is not None or run.validity.verdict == "invalid":
                error = run.error
                said = error.message if error is not None else all_words(run.validity.reasons, "invalid")
                self._invalid.append(said)
            else:
                self.runs.append(run)
        if len(self.runs) >= FEWEST and time.monotonic() < self._ends:
            self._plant()

    def _left(self) -> str:
        return f"{max(self._ends - time.monotonic(), 0.0):.0f} s left"

    def short(self, *, ended: bool) -> str:
        """Why there is no calibration; `ended` says that it was not for want of time."""
        name, count = self.subject.task.name, len(self.runs)
        if self._invalid:
            return f"{name}: {len(self._invalid)} runs invalid, the first because: {self._invalid[0]}"
        more = "" if ended else "; give it more time with --budget"
        return f"{name}: {count} runs, at least {FEWEST} are needed{more}"

    def _plant(self) -> None:
        """Compare the commit with itself slowed down, in turns, by the means of `suite ab`."""
        delay = _delay(self.runs, self.subject.reference)
        if delay is None:
            return
        file = self._scratch / "planted.py"
        write_planted(file, self.subject.reference, delay)
        slow = Task(self.subject.task.name, str(file), self.subject.task.words)
        tasks: Mapping[Name, Task] = {"base": self.subject.task, "head": slow}
        trial = self._trial()

        def take(name: Name) -> Run:
            if time.monotonic() > self._ends:
                raise _TimeIsUp
            return canaries.beside(lambda: self._sampler.take(self._side, tasks[name]))

        with Canaries(self._scratch) as canaries:
            try:
                with contextlib.suppress(_TimeIsUp):
                    measure(trial, take, _Watch(self))
            finally:
                size = f"{100 * PLANTED:g} % of the time of an operation"
                self._planted = f"{size}: {_verdict(trial)}" if len(trial.pairs) >= LOOKS[0] else ""

    def _trial(self) -> Trial:
        return Trial(self.subject.task.name, ("as it is", "slowed down"), seed=len(self.runs))

    def calibrated(self) -> Calibrated:
        """What the runs come to, by resampling."""
        self.live.phase(clean(self.subject.task.name), 0, 1, "resampling")
        runs, budget = self.runs, self.subject.budget
        deciding = all_series(runs, primary_metrics(runs[0], runs[-1]), {})
        names = budget.metrics or gate_metrics(runs[0], runs[-1])
        gated = all_series(runs, names, budget.minimum)
        heads = head_runs(runs[0].rounds)
        every = {one.metric: one for one in (*gated, *deciding)}
        self.live.close()
        return Calibrated(
            self.subject.task.name,
            datetime.now(UTC).isoformat(timespec="seconds"),
            runs[0].commit,
            len(runs),
            ab_catches(deciding, None, 0.0, _ALARM_TRIALS)[LOOKS[-1]] if deciding else 0.0,
            gate_catches(gated, None, 0.0, _ALARM_TRIALS, heads) if gated else 0.0,
            tuple(_power(one, deciding, gated, heads) for one in every.values()),
            {name: one.values for name, one in every.items()},
            self._itself(),
            self._planted,
            _doubts(runs),
        )

    def _itself(self) -> str:
        """The verdict on the measured runs, taken as pairs in the order they came."""
        turns = list(zip(self.runs[::2], self.runs[1::2], strict=False))[: LOOKS[-1]]
        if len(turns) < LOOKS[0]:
            return ""
        trial = self._trial()
        runs = iter([run for turn in turns for run in turn])

        def take(_name: Name) -> Run:
            run = next(runs, None)
            if run is None:
                raise _TimeIsUp
            return run

        with contextlib.suppress(_TimeIsUp):
            measure(trial, take, _Watch(None))
        return _verdict(trial)


class _TimeIsUp(SuiteError):
    """No time for another round, or no more rounds: the pairs so far have to do."""


class _Watch:
    """Shows how far a trial is."""

    def __init__(self, work: _Work | None) -> None:
        self._work = work

    def sampling(self, trial: Trial, side: Name) -> None:
        if self._work is not None:
            what = "slowed down" if side == "head" else "as it is"
            self._work.live.phase(clean(trial.workload), len(trial.pairs), LOOKS[-1], what)

    def paired(self, trial: Trial) -> None:
        """Nothing to tell."""

    def repeated(self, trial: Trial, reason: str) -> None:
        """Nothing to tell."""


def _verdict(trial: Trial) -> str:
    standing, found = trial.judged()
    parts = [f"{one.metric} {one.verdict} {one.reason.partition(':')[0]}" for one in found.changes]
    return f"{found.verdict} after {standing.looked} pairs ({'; '.join(parts)})"


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


def _doubts(runs: Sequence[Run]) -> str:
    doubtful = [run for run in runs if run.validity.verdict == "doubtful"]
    reason = next((words(one) for run in doubtful for one in run.validity.reasons), "no reason given")
    return f"{len(doubtful)} of {len(runs)} runs doubtful ({reason})" if doubtful else ""


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
