"""Trials of all rounds, summed up: who accused whom how often, and the goals."""

import statistics
from collections import Counter
from dataclasses import dataclass, field

LEAST_FOUND = 0.95
MOST_SECONDS = 15.0


@dataclass
class Trials:
    """All trials of one case: what ours said, and whether the rivals accused, by their names."""

    case: object
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
        """How many verdicts are right; for a leak that is to find it."""
        return sum(each.outcome in self.case.outcomes for each in self.said)

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
    """What the search is held to; `found` says how it was, or where it was not."""

    words: str
    kept: bool
    found: str


def goals(trials):
    """The Goals that these Trials can judge."""
    asked = [each for each in trials if each.said]
    constant = [each for each in asked if each.case.constant]
    clean = [each for each in asked if not each.case.leaks]
    traced = [each for each in asked if each.named is not None and each.accused]
    if constant:
        missed = [each for each in constant if each.right < LEAST_FOUND * len(each.said)]
        yield _goal(f"every constant leak is found in {LEAST_FOUND:.0%} of its trials", constant, missed,
                    lambda each: f"{each.right}/{len(each.said)}")  # fmt: skip
    if clean:
        wrong = [each for each in clean if each.accused]
        yield _goal(
            "nothing that is clean is accused", clean, wrong, lambda each: f"{each.accused}/{len(each.said)}"
        )
        slow = [each for each in clean if each.load > MOST_SECONDS]
        yield _goal(f"a verdict of what is clean takes less than {MOST_SECONDS:g} s of load", clean, slow,
                    lambda each: f"{each.load:.1f} s")  # fmt: skip
    if traced:
        wrong = [each for each in traced if each.named < each.accused]
        yield _goal("every accusation names the right function", traced, wrong,
                    lambda each: f"{each.named}/{each.accused}")  # fmt: skip


def _goal(words, judged, missed, figure):
    if missed:
        return Goal(words, False, ", ".join(f"{each.case.name} {figure(each)}" for each in missed))
    return Goal(words, True, f"{len(judged)} cases")
