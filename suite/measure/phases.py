"""The time around a fault in parts: before it began, during it, after it until another one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suite.records.recording import Times

Masks = dict[str, npt.NDArray[np.bool_]]


class CauseTimes(NamedTuple):
    """Operations that ended badly for one cause: when they were due, and when they ended (monotonic ns)."""

    outcome: str
    kind: str
    due: Times
    ended: Times


class RetryTimes(NamedTuple):
    """Of each further attempt when its operation began, and when it did itself (monotonic ns)."""

    begun: Times
    again: Times


class Phases(NamedTuple):
    """Before a fault is from `since` to `begin`, it lasts until `end`, after it is up to `until`."""

    since: int
    begin: int
    end: int
    until: int

    def of(self, due: Times, ended: Times) -> Masks:
        """Which operations belong to which: those in flight when the fault began are during it."""
        return {
            "before": (ended < self.begin) & (due >= self.since),
            "during": (due < self.end) & (ended >= self.begin),
            "after": (due >= self.end) & (due < self.until),
        }

    def counts(self, moments: Times) -> dict[str, int]:
        """How many of these moments are in each."""
        edges = {
            "before": (self.since, self.begin),
            "during": (self.begin, min(self.end, self.until)),
            "after": (self.end, self.until),
        }
        return {
            name: int(np.count_nonzero((moments >= low) & (moments < high)))
            for name, (low, high) in edges.items()
        }

    def causes(self, causes: Iterable[CauseTimes]) -> dict[str, dict[str, int]]:
        """How often operations of each ended badly, by outcome and cause, most frequent first."""
        found: dict[str, dict[str, int]] = {"before": {}, "during": {}, "after": {}}
        for one in causes:
            name = one.outcome if one.outcome == one.kind else f"{one.outcome}: {one.kind}"
            for phase, mask in self.of(one.due, one.ended).items():
                if count := int(np.count_nonzero(mask)):
                    found[phase][name] = found[phase].get(name, 0) + count
        return {
            phase: dict(sorted(counts.items(), key=lambda item: -item[1]))
            for phase, counts in found.items()
            if counts
        }
