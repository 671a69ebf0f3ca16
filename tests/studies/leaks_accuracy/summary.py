"""Trials of all rounds, summed up: who accused whom how often, and the goals."""

import statistics
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

LEAST_FOUND = 0.95
MOST_SECONDS = 15.0


@dataclass
class Trials:
    """All trials of one case: what ours said, and whether the rivals accused, by their names."""

    case: Any
    said: list = field(default_factory=list)
    rivals: dict = field(default_factory=dict)

    def add(self, rival, accused):
        self.rivals.setdefault(rival, []).append(accused)

    @property
    def outcomes(self):
        """How often each outcome was given, the most frequent first."""
        return Counter(each.outcome for each in self.said).most_common()

    @property
    def right(self):
        """How many verdicts are right; of what leaks they find it, and say so if connections must be held."""
        return sum(each.outcome in self.case.outcomes and each.held >= self.case.held for each in self.said)

    @property
    def accused(self):
        """How many verdicts say that it leaks."""
        return sum(each.outcome == "unbounded" for each in self.said)

    @property
    def named(self):
        """How many of those name the right function; None where there is none to name."""
        if self.case.function is None:
            return None
        return sum(each.outcome == "unbounded" and each.function == self.case.function for each in self.said)

    @property
    def load(self):
        """Median seconds of load for a verdict."""
        return statistics.median(each.load for each in self.said) if self.said else None

    @property
    def wall(self):
        """Median seconds of the whole search."""
        return statistics.median(each.wall for each in self.said) if self.said else None


@dataclass(frozen=True)
class Goal:
    """What the search is held to; `found` says where it was kept, or how it was missed."""

    name: str
    words: str
    kept: bool
    found: str


def goals(trials):
    """The Goals that these Trials can judge."""
    asked = [each for each in trials if each.said]
    clean = [each for each in asked if not each.case.leaks]
    yield from _goal(
        "found",
        f"a constant leak is found in {LEAST_FOUND:.0%} of its trials",
        [each for each in asked if each.case.constant],
        lambda each: each.right >= LEAST_FOUND * len(each.said),
        lambda each: f"{each.right}/{len(each.said)}",
    )
    yield from _goal(
        "accused",
        "what is clean is never accused",
        clean,
        lambda each: not each.accused,
        lambda each: f"{each.accused}/{len(each.said)}",
    )
    yield from _goal(
        "seconds",
        f"a verdict on what is clean takes less than {MOST_SECONDS:g} s of load",
        clean,
        lambda each: each.load < MOST_SECONDS,
        lambda each: f"{each.load:.1f} s",
    )
    yield from _goal(
        "function",
        "an accusation names the right function",
        [each for each in asked if each.named is not None and each.accused],
        lambda each: each.named == each.accused,
        lambda each: f"{each.named}/{each.accused}",
    )


def _goal(name, words, judged, kept, figure):
    missed = [f"{each.case.name} {figure(each)}" for each in judged if not kept(each)]
    if judged:
        yield Goal(name, words, not missed, ", ".join(missed) or f"in all of {len(judged)} cases")
