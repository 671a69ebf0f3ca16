"""How a system bears failures around it: plain data of rounds with a fault each, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from suite.records.detail import Detail
from suite.records.incident import Impact, Incident
from suite.records.outcome import NOT_GOOD
from suite.records.reason import Reason
from suite.records.run import CheckResult
from suite.records.unfinished import SearchRecord

FaultName = Literal["slow", "dead", "blackhole", "reset", "first", "restart"]
Weakness = Literal["died", "never", "lost", "waits", "errors"]
"""The gravest first. The system ended; it did not come back; a check broke that holds without a fault; users
waited as long as the fault lasted; users saw errors."""
GRAVE: tuple[Weakness, ...] = ("died", "never", "lost")
"""What no system should do, whatever fails around it."""
_ORDER: tuple[Weakness, ...] = (*GRAVE, "waits", "errors")
Verdict = Literal["recovered", "died", "never", "unmet", "untold"]
_BAD = tuple(outcome.name for outcome in NOT_GOOD)
_WAITS, _INSTANT = 0.9, 0.1
"""Who waited for so much of a fault's time has no time-out within it, if it lasted so many seconds."""
_MORE = 2.0
"""Times the share of errors before the fault, that are its doing."""


@dataclass(frozen=True, slots=True)
class FaultCourse:
    """A round with a fault: seconds `before`, `during` and `after` it, in each of `rounds` rounds.

    `delay` is what a slow way adds in each direction (seconds), `first` how many HTTP requests fail.
    """

    before: float = 2.0
    during: float = 2.0
    after: float = 4.0
    delay: float = 0.2
    first: int = 3
    rounds: int = 1

    @property
    def seconds(self) -> float:
        """Of the load."""
        return self.before + self.during + self.after


@dataclass(frozen=True, slots=True)
class FaultRound:
    """One round with a fault; or without, then `incident` is what is seen where others have theirs.

    `died` is what the system said that ended meanwhile. Of `checked` checks those that broke and hold
    without a fault are `lost`: work that is. `details` are the causes of errors, `amplification` the attempts
    per operation. `reasons` say why none of it can be believed.
    """

    DERIVED: ClassVar[tuple[str, ...]] = ("verdict",)

    incident: Incident | None = None
    died: str | None = None
    checked: int = 0
    lost: tuple[CheckResult, ...] = ()
    details: tuple[Detail, ...] = ()
    amplification: float | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def impact(self) -> Impact | None:
        """What the fault did, as far as it could be measured."""
        return self.incident.impact if self.incident else None

    @property
    def verdict(self) -> Verdict:
        """Whether the system ever came back, and if that is not known why."""
        if self.died is not None:
            return "died"
        impact = self.impact
        if self.reasons or self.incident is None or impact is None:
            return "untold"
        if not self.incident.struck:
            return "unmet"
        if impact.recovery is None:
            return "untold"
        return "never" if impact.recovery_at_least else "recovered"

    @property
    def known(self) -> bool:
        """Whether it says something of the system."""
        return self.verdict not in ("unmet", "untold")

    @property
    def weaknesses(self) -> tuple[Weakness, ...]:
        """What of the system showed, the gravest first."""
        if not self.known:
            return ()
        verdict = self.verdict
        found: dict[Weakness, bool] = {
            "died": verdict == "died",
            "never": verdict == "never",
            "lost": bool(self.lost),
            "waits": self._waits(),
            "errors": self.errors("during") > _MORE * self.errors("before"),
        }
        return tuple(weakness for weakness, there in found.items() if there)

    def errors(self, phase: str) -> float:
        """The share of operations of this phase ("before", "during", "after") that failed; 0.0 of none."""
        counts = self.impact.outcomes.get(phase, {}) if self.impact else {}
        return sum(counts.get(name, 0) for name in _BAD) / (sum(counts.values()) or 1)

    def _waits(self) -> bool:
        one = self.incident
        if one is None or one.impact is None or one.began is None or one.ended is None:
            return False
        lasted = one.ended - one.began
        return lasted > _INSTANT and (one.impact.longest or 0.0) >= _WAITS * lasted


@dataclass(frozen=True, slots=True)
class FaultTrial:
    """A fault of a party, in as many rounds as were asked for."""

    DERIVED: ClassVar[tuple[str, ...]] = ("back", "weaknesses")

    fault: FaultName
    party: str
    rounds: tuple[FaultRound, ...]

    def __post_init__(self) -> None:
        if not self.rounds:
            raise ValueError(f"a trial of {self.fault} without a round")

    @property
    def worst(self) -> FaultRound:
        """The round with the gravest weakness; of several the one that took longest to come back."""
        return max(self.rounds, key=_gravity)

    @property
    def back(self) -> int:
        """In how many rounds the system came back."""
        return sum(one.verdict == "recovered" for one in self.rounds)

    @property
    def weaknesses(self) -> tuple[Weakness, ...]:
        """Those of all rounds, the gravest first; that what is slow takes its time is none."""
        found = {weakness for one in self.rounds for weakness in one.weaknesses}
        if self.fault == "slow":
            found.discard("waits")
        return tuple(weakness for weakness in _ORDER if weakness in found)


def _gravity(one: FaultRound) -> tuple[bool, int, float]:
    gravest = min((_ORDER.index(weakness) for weakness in one.weaknesses), default=len(_ORDER))
    return one.known, -gravest, (one.impact.recovery or 0.0) if one.impact else 0.0


@dataclass(frozen=True, slots=True)
class SkippedFault:
    """A fault that can't be made of this party, and why."""

    fault: FaultName
    party: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resilience(SearchRecord):
    """What became of a system while one thing after another failed around it.

    `usual` is a round in which nothing did.
    """

    NAME: ClassVar[str] = "resilience"
    KIND: ClassVar[str] = "resilience"
    DERIVED: ClassVar[tuple[str, ...]] = ("counts", "exit_code")

    course: FaultCourse
    usual: FaultRound | None
    trials: tuple[FaultTrial, ...]
    skipped: tuple[SkippedFault, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many faults were `tried` that met something, and of how many each weakness showed."""
        told = [trial for trial in self.trials if trial.worst.known]
        weak: dict[str, int] = {one: sum(one in trial.weaknesses for trial in told) for one in _ORDER}
        return {"tried": len(told), **weak}

    @property
    def exit_code(self) -> int:
        """1 it died, never came back or lost work; 3 of a fault nothing can be told, or it ended early; 0."""
        if any(weakness in GRAVE for trial in self.trials for weakness in trial.weaknesses):
            return 1
        verdicts = {one.verdict for trial in self.trials for one in trial.rounds}
        unknown = self.partial or "untold" in verdicts or not self.counts["tried"]
        return 3 if unknown or self.usual is None or self.usual.reasons else 0
