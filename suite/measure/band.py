"""How good operations were before anything failed: which are good, and how many bad ones are usual."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from suite.measure.view import View, ViewedRows
from suite.records.outcome import Outcome
from suite.records.recording import Mask

_LATE, _LATE_SECONDS = 2.0, 1e-3
"""An operation is late that takes so many times as long as 99 % did before, and so much longer."""
_EACH = 20
"""Operations that a window should have."""
_NARROWEST = 0.02
"""Seconds: a window of less would be about single hiccups."""
FEWEST = 5
"""Windows, and operations in each of them, without which nothing can be compared."""
_USUAL = 0.95
"""Share of the windows before that are within the band: one that stands out makes it no wider."""
_BY_CHANCE = 1e-3
_MANY = 500.0
"""Events from which a normal distribution is as good, and the chance of none too small for a float."""


@dataclass(frozen=True, slots=True)
class Band:
    """What is usual. `late` (ns) is how long a good operation takes at most, `width` (ns) that of windows.

    `share` of the operations are bad on the whole, `worst` in the worst of the usual windows.
    """

    late: int
    width: int
    share: float
    worst: float

    def good(self, seen: ViewedRows) -> Mask:
        """Which operations ended ok and in time."""
        found: Mask = (seen.rows.outcome == Outcome.ok) & (seen.times <= self.late)
        return found

    def usual(self, bad: int, count: int) -> bool:
        """Whether so many bad operations of `count` are within the band, or may be there by chance."""
        return bad <= max(self.worst * count, _most_by_chance(count * self.share))


def band(view: View, begin: int, end: int) -> Band | None:
    """The band of the operations due from `begin` to `end` (ns).

    None if they are too few to compare anything with.
    """
    span = end - begin
    before = view.only(lambda seen: (seen.due >= begin) & (seen.due < end))
    count = sum(len(seen.due) for seen in before.pieces())
    if span <= 0 or count < FEWEST * FEWEST:
        return None
    usual, _ = before.only(lambda seen: seen.rows.outcome == Outcome.ok).ranked([0.99]).percentile(0.99)
    if usual is None:
        return None
    late = round(max(_LATE * usual, usual + _LATE_SECONDS) * 1e9)
    wanted = max(_EACH * span // count, round(_NARROWEST * 1e9))
    width = span // max(span // wanted, FEWEST)
    found = Band(late, int(width), 0.0, 0.0)
    due_in, bad_in = np.zeros((2, span // width + 1), np.int64)
    for seen in before.pieces():
        window = (seen.due - begin) // width
        due_in += np.bincount(window, minlength=len(due_in))
        bad_in += np.bincount(window[~found.good(seen)], minlength=len(due_in))
    shares = np.sort(bad_in[due_in > 0] / due_in[due_in > 0])
    worst = float(shares[math.ceil(_USUAL * len(shares)) - 1])
    return replace(found, share=(int(bad_in.sum()) + 1) / (count + 2), worst=worst)


def _most_by_chance(mean: float) -> int:
    """The most events that come where `mean` are expected, but for a thousandth of the cases (Poisson)."""
    if mean > _MANY:
        return math.ceil(mean + NormalDist().inv_cdf(1 - _BY_CHANCE) * math.sqrt(mean))
    each = math.exp(-mean)
    total, number = each, 0
    while total < 1 - _BY_CHANCE and each > 0:
        number += 1
        each *= mean / number
        total += each
    return number
