"""What the turns of one workload come to."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from suite.ab.pairs import Trial
from suite.ab.repository import Commit
from suite.compare.sequential import ALPHA
from suite.errors import ConfigurationError, SuiteError, SystemFailed, WorkerFailed
from suite.measure.environment import fingerprint
from suite.records.comparison import Comparison
from suite.records.reason import Reason

ITS_OWN = (SystemFailed, WorkerFailed, ConfigurationError)
"""Errors that say nothing about other workloads."""


@dataclass(frozen=True, slots=True)
class TrialResult:
    """One workload of two commits, after `seconds`: judged after `looked` pairs, or None without a pair.

    `error` is what ended its turns before their time.
    """

    trial: Trial
    seconds: float
    looked: int
    comparison: Comparison | None
    error: SuiteError | None = None

    @classmethod
    def of(cls, trial: Trial, seconds: float, error: SuiteError | None) -> TrialResult:
        """Judge the pairs that there are."""
        if not trial.pairs:
            return cls(trial, seconds, 0, None, error)
        standing, found = trial.judged()
        return cls(trial, seconds, standing.looked, found, error)

    @property
    def alone(self) -> bool:
        """Whether its error says nothing about other workloads."""
        return isinstance(self.error, ITS_OWN)

    @property
    def shared(self) -> bool:
        """Whether it shared its error with other workloads, so that less of a change is seen."""
        return self.trial.alpha < ALPHA

    @property
    def own_code(self) -> int:
        """1 a regression or a broken check, 3 nothing decided, else 0; whatever ended it."""
        if self.comparison is None:
            return 3
        if self.trial.broken_checks() or self.comparison.verdict == "regression":
            return 1
        return 3 if self.comparison.verdict == "inconclusive" else 0

    @property
    def codes(self) -> list[int]:
        """Of what was measured, if anything was or should have been, and of its error."""
        own = [self.own_code] if self.comparison is not None or self.error is None else []
        return own + ([self.error.exit_code] if self.error is not None else [])


def nothing_compared(workload: str, base: Commit, head: Commit, notes: tuple[Reason, ...] = ()) -> Comparison:
    """Of a workload of which nothing can be said, for what the `notes` say."""
    return Comparison(
        id=uuid.uuid4().hex[:12],
        workload=workload,
        started=datetime.now(UTC).isoformat(timespec="milliseconds"),
        commit=head.sha,
        branch=None,
        dirty=bool(head.changed),
        environment=fingerprint(),
        plan={},
        base=str(base),
        head=str(head),
        changes=(),
        notes=notes,
    )
