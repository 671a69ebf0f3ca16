"""Operations in flight over a round: how many at a time, and whether they become ever more."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from suite.records.recording import Recording, Times

_SHARE = 0.01
"""Of the operations due: a system that falls behind by less is not told from one that keeps up."""
_DEVIATIONS = 4.0
"""Arrivals at random alone let the number in flight vary by about its square root."""
_PARTS = 3


class Backlog(NamedTuple):
    """`mean` operations in flight over the measured part; `by` how many they became more; if it `grew`."""

    mean: float
    by: float
    grew: bool


def backlog(due: Times, ended: Times, begin: int, end: int) -> Backlog:
    """Look at operations `due` and `ended` at these moments, within `begin`..`end` (all ns, one clock).

    An operation counts from when it was due, so one that waits for its start is in flight. The means
    over three parts of the window must rise twice, and from the first to the last by more than 1 % of
    the operations due and by more than four square roots of the first. What the system completes and
    how response times develop says no more: by Little's law they follow from the number in flight.
    """
    return _judged([(due, ended)], begin, end)


def backlog_of(recording: Recording) -> Backlog:
    """The backlog of what the loop started; what was dropped was never in flight."""
    rows = recording.loop_only().only(lambda some: some.started > 0)
    never = np.iinfo(np.int64).max
    seen = ((some.intended, np.where(some.finished > 0, some.finished, never)) for some in rows.pieces())
    return _judged(seen, recording.begin, recording.end)


def _judged(seen: Iterable[tuple[Times, Times]], begin: int, end: int) -> Backlog:
    if end <= begin:
        return Backlog(0.0, 0.0, False)
    edges = np.linspace(begin, end, _PARTS + 1)
    parts, counted = np.zeros(_PARTS), 0
    for due, ended in seen:
        counted += int(np.count_nonzero((due >= begin) & (due < end)))
        for index, (first, last) in enumerate(pairwise(edges)):
            lasted = np.maximum(np.minimum(ended, last) - np.maximum(due, first), 0.0)
            parts[index] += lasted.sum() / (last - first)
    by = float(parts[-1] - parts[0])
    allowed = max(_SHARE * counted, _DEVIATIONS * max(parts[0], 1.0) ** 0.5)
    rising = all(b > a for a, b in pairwise(parts))
    return Backlog(float(parts.sum()) / _PARTS, by, bool(rising and by > allowed))
