"""How well found changes match those that are there."""

from dataclasses import dataclass

MARGIN = 5


@dataclass(frozen=True)
class Score:
    """Changes that are there, changes found, and how many of these are right; scores add up."""

    true: int = 0
    found: int = 0
    right: int = 0

    def __add__(self, other):
        return Score(self.true + other.true, self.found + other.found, self.right + other.right)

    @property
    def precision(self):
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self):
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self):
        return 2 * self.right / (self.true + self.found) if self.true + self.found else 1.0


def score(true, found):
    """A found index is right if it stands for a true one within 5, each for one alone, as many as can."""
    true, found, right = sorted(true), sorted(found), 0
    at = 0
    for index in found:
        while at < len(true) and true[at] < index - MARGIN:
            at += 1
        if at < len(true) and true[at] <= index + MARGIN:
            right += 1
            at += 1
    return Score(len(true), len(found), right)
