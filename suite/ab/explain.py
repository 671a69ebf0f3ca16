"""Which functions a regression comes from: both sides under a profiler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from suite.ab.checkout import Checkout, Name
from suite.ab.outcome import TrialResult
from suite.ab.profile import ProfileKind, kind_of, profile
from suite.ab.sample import ProcessRunner
from suite.ab.task import Task
from suite.compare.profilediff import Difference
from suite.errors import Interrupted, SuiteError

_UNITS: Mapping[ProfileKind, str] = {"time": "s", "waiting": "s", "memory": "B"}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a profile of both sides shows; its costs are per operation in `unit`, of memory at the peak."""

    kind: ProfileKind
    difference: Difference

    @property
    def unit(self) -> str:
        """Of its costs."""
        return _UNITS[self.kind]


class ProfileObserver(Protocol):
    """Who is told how profiling goes on, and given each profile the moment that it is there."""

    def profiling(self, workload: str, side: Name, done: int, total: int) -> None: ...

    def explained(self, result: TrialResult, explanation: Explanation) -> None: ...

    def unexplained(self, result: TrialResult, error: SuiteError) -> None:
        """It can't be profiled; the verdict stands without that."""


def explain(
    result: TrialResult,
    runner: ProcessRunner,
    sides: Mapping[Name, Checkout],
    task: Task,
    watch: ProfileObserver,
) -> None:
    """Profile both sides for each kind of regression that was found.

    Where no function takes more of the CPU, waiting is looked at too.
    """
    assert result.comparison is not None
    changes = [change for change in result.comparison.changes if change.verdict == "regression"]

    def profiled(kind: ProfileKind) -> Explanation:
        def doing(side: Name, done: int, total: int) -> None:
            watch.profiling(task.name, side, done, total)

        found = Explanation(kind, profile(kind, runner, sides, task, doing))
        watch.explained(result, found)
        return found

    try:
        for kind in dict.fromkeys(kind_of(change.metric) for change in changes):
            found = profiled(kind)
            if not found.difference.slower and kind == "time":
                profiled("waiting")
    except Interrupted:
        raise
    except SuiteError as error:
        watch.unexplained(result, error)
