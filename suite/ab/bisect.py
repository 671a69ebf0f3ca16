"""Halving a range of commits: each is compared in turns with the last good one until one is left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

from suite.ab.experiment import Experiment, ExperimentObserver, compare_commits
from suite.ab.repository import Repository
from suite.errors import ConfigurationError, SuiteError, SystemFailed, WorkerFailed
from suite.ledger.blame import Blame
from suite.records.comparison import Shift
from suite.stats.bisection import Bounds, Side, bisect, questions, side

Unseen = Literal["unmeasured", "same", "reversed"]
"""Why a change does not show here: an end can't be measured, the ends are alike, or it is the other way."""
_UNSEEN = 3


class BisectionObserver(ExperimentObserver, Protocol):
    """Who is told which commits are measured, and what they are like."""

    def at_both_ends(self) -> None: ...

    def asking(self, left: int, good: str, steps: int) -> None:
        """One of `left` commits after `good` is the first bad: about so many `steps` more."""

    def answered(self, commit: str, side: Side) -> None: ...

    def passed_over(self, commit: str, error: SuiteError) -> None:
        """What can't be built or run."""


@dataclass(frozen=True, slots=True)
class BisectionStep:
    """A commit that was measured against the last good one: which end it is like, and how far it lies."""

    commit: str
    side: Side
    shift: Shift | None


class Bisection:
    """The course of one search through the range of a change.

    `experiment` says how a commit is compared with the last good one.
    """

    def __init__(
        self,
        found: Blame,
        experiment: Experiment,
        repository: Repository,
        environments: Path,
        watch: BisectionObserver,
    ) -> None:
        self.steps: list[BisectionStep] = []
        self.unseen: Unseen | None = "unmeasured"
        self._good = found.place.good
        self._change = found.point.change
        self._line = found.first_parents()
        self._experiment = experiment
        self._repository = repository
        self._environments = environments
        self._watch = watch
        self._whole: Shift | None = None

    def run(self) -> int:
        """Both ends first, then what is between them; the exit code: 3 if the change does not show here.

        What can't be built or run is passed over. Raises what ends a comparison early; what is known by
        then stays.
        """
        self._watch.at_both_ends()
        whole, code = self._shift(self._line[-1])
        self.steps.append(BisectionStep(self._line[-1], "unclear", whole))
        if whole is None:
            return code or _UNSEEN
        if whole.low <= 0 <= whole.high:
            self.unseen = "same"
            return _UNSEEN
        if whole.estimate * self._change < 0:
            self.unseen = "reversed"
            return _UNSEEN
        self.unseen = None
        self._whole = whole
        self.steps[0] = replace(self.steps[0], side="bad")
        bisect(len(self._line), self._ask)
        return 0

    def range(self) -> tuple[str, list[str]]:
        """The last good commit, and those of which one is the first bad: none while the change is unseen."""
        if self.unseen is not None:
            return self._good, []
        known = {step.commit: step.side for step in self.steps}
        first = next(at for at, sha in enumerate(self._line) if known.get(sha) == "bad")
        last = max((at for at in range(first) if known.get(self._line[at]) == "good"), default=-1)
        good = self._line[last] if last >= 0 else self._good
        return good, list(self._line[last + 1 : first + 1])

    def _ask(self, place: int) -> Side:
        good, left = self.range()
        self._watch.asking(len(left), good, questions(Bounds(0, len(left))))
        shift, _ = self._shift(self._line[place])
        answer = "unclear" if shift is None or self._whole is None else side(shift, self._whole)
        self.steps.append(BisectionStep(self._line[place], answer, shift))
        self._watch.answered(self._line[place], answer)
        return answer

    def _shift(self, sha: str) -> tuple[Shift | None, int]:
        """How far a commit lies from the last good one, None if that can't be measured; the exit code."""
        try:
            experiment = replace(self._experiment, head=sha)
            results = compare_commits(self._repository, experiment, self._environments, self._watch)
        except (ConfigurationError, SystemFailed, WorkerFailed) as error:
            self._watch.passed_over(sha, error)
            return None, error.exit_code
        (result,) = results
        changes = result.comparison.changes if result.comparison is not None else ()
        return next((change.shift for change in changes), None), result.codes[-1]
