"""Which of a line of commits moved a metric: the one in the middle is asked about, again and again."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from suite.records.comparison import Shift

Side = Literal["good", "bad", "unclear"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which commits the change lies: places in the line, -1 for the commit before it.

    `good` is like what was before, `bad` like what came after; what is between them could not be told.
    """

    good: int
    bad: int


def side(shift: Shift, whole: Shift) -> Side:
    """Which end a commit is like, by its own shift against the good end and that of the bad end.

    It has to lie above or below half of the whole with all of its interval.
    """
    towards = math.copysign(1.0, whole.estimate)
    half = abs(whole.estimate) / 2
    ends = sorted((towards * shift.low, towards * shift.high))
    return "bad" if ends[0] > half else "good" if ends[1] < half else "unclear"


def bisect(length: int, ask: Callable[[int], Side]) -> Bounds:
    """Find the change in a line of `length` commits, of which the last is bad.

    `ask` is told a place and says which end it is like; what is unclear is never asked about again, and the
    next nearest to the middle takes its place. It takes log2(length) questions where all are clear.
    """
    good, bad = -1, length - 1
    unclear: set[int] = set()
    while (place := _middle(good, bad, unclear)) is not None:
        answer = ask(place)
        if answer == "good":
            good = place
        elif answer == "bad":
            bad = place
        else:
            unclear.add(place)
    return Bounds(good, bad)


def questions(bounds: Bounds) -> int:
    """How many it takes at most from here, if all answers are clear."""
    return math.ceil(math.log2(bounds.bad - bounds.good))


def _middle(good: int, bad: int, unclear: set[int]) -> int | None:
    open_places: Sequence[int] = [place for place in range(good + 1, bad) if place not in unclear]
    return min(open_places, key=lambda place: (abs(2 * place - good - bad), place), default=None)
