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
    """Each found index stands for the nearest true one within 5 that no nearer one stands for."""
    pairs = sorted((abs(a - b), a, b) for a in true for b in found if abs(a - b) <= MARGIN)
    met, used = set(), set()
    for _, a, b in pairs:
        if a not in met and b not in used:
            met.add(a)
            used.add(b)
    return Score(len(true), len(found), len(met))
