"""How one metric varies between stored Runs, and how far others would have to lie from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from suite.records.comparison import Shift
from suite.records.reason import Reason
from suite.records.run import Run
from suite.stats.ranks import Values64
from suite.stats.welch import quantile, student

ENOUGH = 8
"""Runs from which a spread can be told, and moments from which that between moments can."""
DRIFT = 0.05
"""Standard deviation (of logs) by which times and rates of a commit are taken to differ between moments.

So much the levels of shared machines moved within minutes, with runs close together that agreed to 2 %.
"""
HEAD_RUNS, HEAD_ROUNDS, HEAD_ROUNDS_APART = 3, 5, 3
"""What a verdict on a time or rate wants of head: a neighbour's burst takes a whole round.

Fewer rounds, and one Run, will do where base shows how much moments differ.
"""
_MOMENT = 600.0
"""Seconds; Runs that start closer together share what the machine is like then."""
_FREEDOM = 4
_MEDIAN = math.pi / 2
"""The variance of a median by that of a mean (normal draws)."""


def _drifts(unit: str) -> bool:
    """Whether a metric follows the machine's speed, and so changes from moment to moment."""
    return unit in ("s", "1/s")


def drift_of(unit: str, *, relative: bool) -> float:
    """What to allow a metric in `unit` for moments that nobody measured, on its scale."""
    return DRIFT if relative and _drifts(unit) else 0.0


def few(unit: str, head: Sequence[Run], *, apart: bool) -> Reason | None:
    """Why so few Runs of head can't show a change of a metric in `unit`; None if they can.

    `apart` says that base ran at eight moments or more.
    """
    runs, rounds = (1, HEAD_ROUNDS_APART) if apart else (HEAD_RUNS, HEAD_ROUNDS)
    had = sum(run.rounds for run in head)
    if not _drifts(unit) or (len(head) >= runs and had >= rounds):
        return None
    return Reason(
        "few_head_runs",
        {"runs": len(head), "rounds": had, "wanted_runs": runs, "wanted_rounds": rounds},
    )


@dataclass(frozen=True, slots=True)
class Draws:
    """Values of a metric on the scale compared, and when each Run started (seconds since the epoch)."""

    values: Values64
    starts: tuple[float, ...]

    def by_moment(self) -> Values64:
        """A median for each moment at which there were Runs."""
        order = np.argsort(self.starts, kind="stable")
        starts = np.asarray(self.starts)[order]
        breaks = np.flatnonzero(np.diff(starts) > _MOMENT) + 1
        return np.array([np.median(some) for some in np.split(self.values[order], breaks)])


class ReferenceDistribution:
    """How a metric varies between Runs of base, to set Runs of head against.

    From eight moments on, the spread between them is what is measured, and head, which has its own, counts
    as one more draw; the tails are those of Student's t with 4 degrees of freedom, as some moments are
    bad. Runs that are closer together say nothing of other moments: each counts as a draw, and `drift`
    (standard deviation on the scale; 0 for what does not depend on the machine's speed) is added for what
    the machine may do in between. `apart` says which of both it is.
    """

    def __init__(self, base: Draws, drift: float) -> None:
        moments = base.by_moment()
        self._moments = len(moments)
        self.apart = self._moments >= ENOUGH
        values = moments if self.apart else base.values
        self._sorted = np.sort(values)
        self._center = float(np.median(values))
        most = _FREEDOM if self.apart or not drift else len(values)
        self._freedom = min(len(values) - 1, most)
        deviation = float(values.std(ddof=1))
        # Equal values differ by a rounding error once they are logs.
        self._deviation = 0.0 if deviation <= 1e-12 * max(abs(self._center), 1.0) else deviation
        self._drift = 0.0 if self.apart else drift

    @property
    def assumption(self) -> Reason | None:
        """What is allowed for as nobody measured it; None where all was."""
        if self.apart:
            return None
        return Reason("few_moments", {"moments": self._moments, "wanted": ENOUGH, "allowed": DRIFT})

    def shift(self, head: Values64, confidence: float) -> Shift:
        """How far `head` lies from base, by medians, with an interval."""
        error = self._error(len(head))
        reach = error * quantile(1 - confidence, self._freedom) if error else 0.0
        away = float(np.median(head)) - self._center
        return Shift(away, away - reach, away + reach)

    def p(self, head: Values64) -> tuple[float, float]:
        """The chances that Runs of the same level come out as high as `head`, and as low."""
        middle = float(np.median(head))
        count = len(self._sorted)
        higher = count - int(np.searchsorted(self._sorted, middle, "left"))
        lower = int(np.searchsorted(self._sorted, middle, "right"))
        away, error = middle - self._center, self._error(len(head))
        return self._tail(away, error, higher), self._tail(-away, error, lower)

    def _error(self, heads: int) -> float:
        """The standard error of the difference of medians."""
        one = 1.0 if self.apart or heads == 1 else _MEDIAN / heads
        own = self._deviation**2 * (one + _MEDIAN / len(self._sorted))
        return math.sqrt(own + self._drift**2)

    def _tail(self, away: float, error: float, beyond: int) -> float:
        """The chance of `away` or more, `beyond` draws of base having that; they have a say too."""
        if error:
            tail = student(abs(away) / error, self._freedom) / 2
            tail = tail if away > 0 else 1 - tail
        else:
            tail = float(beyond > 0 or away <= 0)
        return max(tail, (1 + beyond) / (1 + len(self._sorted))) if beyond else tail
