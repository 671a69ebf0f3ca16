"""Whether an overload leaves lasting damage: plain data of a search, its looks and what they come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from suite.records.capacity import SearchResult
from suite.records.resilience import FaultRound
from suite.records.unfinished import SearchRecord


@dataclass(frozen=True, slots=True)
class OverloadCourse:
    """A look: `before` seconds of a load, `during` some of `times` the capacity, and `after` some as before.

    Loads are searched from the share `lowest` of the capacity to `highest`, within `budget` seconds, with
    `repeats` looks that decide about each. `at_least` is a share that it must recover at.
    """

    before: float = 2.0
    during: float = 0.5
    after: float = 15.0
    times: float = 2.0
    lowest: float = 0.1
    highest: float = 0.9
    repeats: int = 1
    budget: float = 300.0
    at_least: float | None = None


@dataclass(frozen=True, slots=True)
class OverloadLook:
    """A round at `load` (starts per second); the overload in its midst is the incident of `round`."""

    load: float
    round: FaultRound

    def attempts(self, phase: str) -> float | None:
        """Attempts at each operation "before", "during" or "after" it; None where nothing is tried again."""
        impact = self.round.impact
        return impact.amplification.get(phase) if impact else None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverloadRecovery(SearchRecord):
    """The highest load that a system recovers at, over its `capacity` (1/s).

    That may be more where `capacity_at_least`. `found` has the loads; its looks are `looks`. `attempts` is
    how often an operation is tried at most, 1 where no client tries again.
    """

    NAME: ClassVar[str] = "recovery search"
    KIND: ClassVar[str] = "recovery"
    DERIVED: ClassVar[tuple[str, ...]] = ("share", "exit_code")

    course: OverloadCourse
    capacity: float
    capacity_at_least: bool = False
    attempts: int
    found: SearchResult
    looks: tuple[OverloadLook, ...]

    @property
    def share(self) -> float | None:
        """The highest load that it recovers at, as a share of its capacity."""
        return self.found.low / self.capacity if self.found.low is not None and self.capacity else None

    @property
    def exit_code(self) -> int:
        """0 found, or `at_least` recovers; 1 it does not, nor does the lowest load; 3 neither is known.

        Nor is it where all recovered, but the overload may have been none.
        """
        low, high, wanted = self.found.low, self.found.high, self.course.at_least
        if self.capacity_at_least and high is None:
            return 3
        if wanted is not None:
            floor = wanted * self.capacity
            return 0 if low is not None and low >= floor else 1 if high is not None and high <= floor else 3
        return {"found": 0, "range": 0, "below": 1}.get(self.found.end, 3)
