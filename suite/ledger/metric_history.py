"""One metric's history with its changes, as reports take it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from suite.ledger.commit_order import MeasuredCommit
from suite.ledger.detections import AcceptedChange, Detected
from suite.ledger.timeline_reader import Interval, Timeline

Reasons = Mapping[tuple[str, str, str], str]
"""Why changes are wanted, by workload, metric and commit."""


@dataclass(frozen=True, slots=True)
class MetricHistory:
    """What was found in a history, its commits, and the values of the newest of them.

    `accepted` are reasons by commit, `machine` says in words where it ran, `notes` what is left out.
    `intervals` are those of what is searched for, by commit.
    """

    line: Timeline
    found: Detected
    commits: tuple[MeasuredCommit, ...]
    values: tuple[float | None, ...]
    accepted: Mapping[str, str]
    machine: str
    notes: tuple[str, ...] = ()
    intervals: Mapping[str, Interval] = field(default_factory=dict)

    @property
    def start(self) -> int:
        """The place of the first of the values."""
        return len(self.commits) - len(self.values)


def reasons(accepted: Sequence[AcceptedChange]) -> Reasons:
    """Of changes that were accepted."""
    return {(one.workload, one.metric, one.commit): one.reason for one in accepted}
