"""Pairs of rounds in turns, until the sequential design says what they show."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal, Protocol

from suite.ab.checkout import Name
from suite.compare.canary import machine_shifts, vetoed
from suite.compare.failing import FAILURES, note
from suite.compare.minimum import Overrides
from suite.compare.primary import alike, primary_metrics
from suite.compare.sequential import ALPHA, LOOKS, Standing, judge_runs, schedule
from suite.records.comparison import Comparison
from suite.records.reason import Figure, Reason
from suite.records.run import Run

_REPEATS = 4
"""How many pairs may be invalid in all; more of them, and the machine is to blame or the workload."""
_SIDES: Mapping[Literal["A", "B"], Name] = MappingProxyType({"A": "base", "B": "head"})


class TrialObserver(Protocol):
    """Who is told what goes on."""

    def sampling(self, trial: Trial, side: Name) -> None: ...
    def halved(self, trial: Trial, side: Name, run: Run) -> None:
        """One round of a pair is there."""

    def cut_short(self, trial: Trial, side: Name, run: Run) -> None:
        """What a round had measured that came to no good end; what ended it is raised after this."""

    def paired(self, trial: Trial) -> None: ...
    def repeated(self, trial: Trial, again: Repeated) -> None: ...


@dataclass(frozen=True, slots=True)
class Repeated:
    """A round that could not be believed, so that its pair was measured again: whose, and why."""

    side: Name
    reasons: tuple[Reason, ...]

    def behind(self, kind: str, **figures: Figure) -> Reason:
        """A reason that rests on the first of these."""
        return self.reasons[0].behind(kind, **figures, side=self.side)


@dataclass(frozen=True, slots=True)
class Pair:
    """One run of each side; `order` says which came first ("AB": base)."""

    order: str
    base: Run
    head: Run


@dataclass(slots=True)
class Trial:
    """What is known of one workload so far. `metrics` decide; `cut` says why it ended before its time."""

    workload: str
    titles: tuple[str, str]
    seed: int
    alpha: float = ALPHA
    metrics: tuple[str, ...] = ()
    minimums: Overrides = field(default_factory=dict)
    pairs: list[Pair] = field(default_factory=list)
    repeated: list[Repeated] = field(default_factory=list)
    differences: tuple[Reason, ...] = ()
    cut: Reason | None = None

    def judged(self) -> tuple[Standing, Comparison]:
        """What the pairs show by now."""
        runs = [(pair.base, pair.head) for pair in self.pairs]
        standing, found = judge_runs(runs, self.metrics, minimums=self.minimums, alpha=self.alpha)
        standing, found = vetoed(standing, found, machine_shifts(runs))
        notes = (*self.differences, *found.notes, *self._doubts(found))
        base, head = self.titles
        return standing, replace(found, workload=self.workload, base=base, head=head, notes=notes)

    def middles(self, metric: str) -> tuple[float, float] | None:
        """Medians of base and head so far; None where a side has no value."""
        sides = [
            [m.value for run in runs if (m := run.metrics.get(metric)) is not None and m.value is not None]
            for runs in self._sides()
        ]
        return (statistics.median(sides[0]), statistics.median(sides[1])) if all(sides) else None

    def broken_checks(self) -> list[str]:
        """Names of checks that head did not hold, each once."""
        return _broken(self._sides()[1])

    def _sides(self) -> tuple[list[Run], list[Run]]:
        return [pair.base for pair in self.pairs], [pair.head for pair in self.pairs]

    def _doubts(self, found: Comparison) -> Iterator[Reason]:
        for side, runs in zip(("base", "head"), self._sides(), strict=True):
            yield from (Reason("check_broken", {"side": side, "check": name}) for name in _broken(runs))
            doubtful = [run.validity.reasons for run in runs if run.validity.verdict == "doubtful"]
            if doubtful:
                yield Reason.doubtful(doubtful, len(runs), side)
        failing = self.middles(FAILURES)
        if failing is not None and any(failing) and FAILURES not in {one.metric for one in found.changes}:
            yield note(*failing)
        if self.repeated:
            yield self.repeated[0].behind("pairs_repeated", pairs=len(self.repeated))
        if self.cut is not None:
            yield self.cut


def measure(trial: Trial, take: Callable[[Name], Run], watch: TrialObserver) -> None:
    """Fill `trial` with pairs until they decide, at a look, or are used up.

    An invalid round is repeated with its whole pair. What `take` raises passes through; the pairs so far
    are in `trial`.
    """
    for order in schedule(trial.seed):
        pair = _pair(trial, order, take, watch)
        if pair is None:
            trial.cut = trial.repeated[-1].behind("given_up")
            return
        if not trial.pairs:
            trial.differences = alike(pair.base, pair.head)
            trial.metrics = trial.metrics or primary_metrics(pair.base, pair.head)
        trial.pairs.append(pair)
        watch.paired(trial)
        if len(trial.pairs) in LOOKS and trial.judged()[0].decision != "go on":
            return


def _pair(
    trial: Trial, order: Sequence[Literal["A", "B"]], take: Callable[[Name], Run], watch: TrialObserver
) -> Pair | None:
    """A pair of which both rounds can be believed; None when too many could not."""
    while len(trial.repeated) <= _REPEATS:
        found: dict[str, Run] = {}
        reasons: tuple[Reason, ...] = ()
        for letter in order:
            side = _SIDES[letter]
            watch.sampling(trial, side)
            found[letter] = run = take(side)
            reasons = unbelievable(run)
            if reasons:
                trial.repeated.append(Repeated(side, reasons))
                watch.repeated(trial, trial.repeated[-1])
                break
            if len(found) == 1:
                watch.halved(trial, side, run)
        if not reasons:
            return Pair("".join(order), found["A"], found["B"])
    return None


def unbelievable(run: Run) -> tuple[Reason, ...]:
    """Why a round counts for nothing; empty if it counts."""
    if run.error is not None:
        return (Reason.of_text(run.error.message),)
    if run.validity.verdict == "invalid":
        return run.validity.reasons or (Reason("no_reason"),)
    return ()


def _broken(runs: Sequence[Run]) -> list[str]:
    return list(dict.fromkeys(check.name for run in runs for check in run.checks if not check.passed))
