"""What a stored Run is judged against: earlier Runs of one commit or its neighbours, and their spread."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from suite.comparison import Shift
from suite.history.entry import Entry
from suite.history.likeness import likeness, one_plan
from suite.history.ranks import Values64
from suite.history.rows import seconds_since_epoch
from suite.history.store import Ledger
from suite.history.welch import student
from suite.run import Run

ENOUGH = 8
"""Runs from which a spread can be told: each has a moment of its own, which its rounds share."""
_MOST = 30
_FREEDOM = 4


@dataclass(frozen=True, slots=True)
class Baseline:
    """Runs to compare with, and in words where they come from."""

    runs: tuple[Run, ...]
    origin: str


def baseline(ledger: Ledger, head: Run, commits: Sequence[str] = (), *, anywhere: bool = False) -> Baseline:
    """Stored Runs like `head`: of the first of `commits`, then of its neighbours until they are enough.

    `commits` come nearest first; without any it is the newest Runs that are older than `head` and of
    another state of the code. Left out are `head` itself, invalid Runs, and such as ran on other hardware
    or to another plan (`anywhere` lets those in). At most 30.
    """
    found: list[Run] = []
    used: list[str] = []
    for commit in commits or (None,):
        new = list(_like(ledger, head, commit, _MOST - len(found), anywhere))
        if new:
            found += new
            used.append(commit or "")
        if len(found) >= ENOUGH:
            break
    count = f"{len(found)} run" if len(found) == 1 else f"{len(found)} runs"
    if not commits:
        return Baseline(tuple(found), f"{count} before it")
    around = "" if used in ([], [commits[0]]) else " and its neighbours"
    return Baseline(tuple(found), f"{count} of {commits[0][:12]}{around}")


def _like(ledger: Ledger, head: Run, commit: str | None, most: int, anywhere: bool) -> Iterator[Run]:
    count = 0
    for entry in ledger.runs(head.workload, commit, limit=None if commit else 4 * _MOST):
        if count == most:
            return
        if entry.id == head.id or not _believed(entry) or (commit is None and not _older(entry, head)):
            continue
        run = ledger.run(entry.id)
        differences = likeness(run, head)
        if differences.never or not (anywhere or (differences.alike and one_plan(run, head))):
            continue
        if commit is not None or not _one_state(run, head):
            count += 1
            yield run


def _believed(entry: Entry) -> bool:
    return entry.validity != "invalid" and entry.verdict in ("pass", "fail")


def _older(entry: Entry, head: Run) -> bool:
    return seconds_since_epoch(entry.started) < seconds_since_epoch(head.started)


def _one_state(run: Run, head: Run) -> bool:
    """Whether both are certainly of one state of the code; with changes not committed nobody knows."""
    dirty = run.environment.get("dirty") or head.environment.get("dirty")
    return head.commit is not None and run.commit == head.commit and not dirty


class Spread:
    """How one metric varies between Runs, from at least two values on the scale compared.

    Some Runs meet a bad moment, so the tails are those of Student's t with at most 4 degrees of freedom.
    """

    def __init__(self, values: Values64) -> None:
        self._sorted = np.sort(values)
        self._center = float(values.mean())
        self._freedom = min(len(values) - 1, _FREEDOM)
        deviation = float(values.std(ddof=1))
        # Equal values differ by a rounding error once they are logs.
        tiny = deviation <= 1e-12 * max(abs(self._center), 1.0)
        self._error = 0.0 if tiny else deviation * math.sqrt(1 + 1 / len(values))

    def shift(self, head: float, confidence: float) -> Shift:
        """How far `head` lies above the mean, with an interval for one more draw.

        However many Runs `head` sums up, they may share one moment, so they count as one draw.
        """
        reach = self._error * _quantile((1 - confidence) / 2, self._freedom) if self._error else 0.0
        away = head - self._center
        return Shift(away, away - reach, away + reach)

    def p(self, head: float) -> tuple[float, float]:
        """The chances that one more Run comes out as high as `head`, and as low."""
        away = head - self._center
        count = len(self._sorted)
        higher = count - int(np.searchsorted(self._sorted, head, "left"))
        lower = int(np.searchsorted(self._sorted, head, "right"))
        return self._tail(away, higher), self._tail(-away, lower)

    def _tail(self, away: float, beyond: int) -> float:
        """The chance of `away` or more, `beyond` Runs of the base having that; they have a say too."""
        if self._error:
            tail = student(abs(away) / self._error, self._freedom) / 2
            tail = tail if away > 0 else 1 - tail
        else:
            tail = float(beyond > 0 or away <= 0)
        return max(tail, (1 + beyond) / (1 + len(self._sorted))) if beyond else tail


def _quantile(tail: float, freedom: int) -> float:
    """The t that Student's distribution exceeds with a chance of `tail`, by bisection."""
    low, high = 0.0, 1.0
    while student(high, freedom) / 2 > tail:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if student(middle, freedom) / 2 > tail else (low, middle)
    return high


def interleaved(base: Sequence[Run], head: Sequence[Run]) -> bool:
    """Whether the two sides took turns, so that what befell the machine befell both.

    Ordered by their start, the side changes at least as often as the smaller side has Runs.
    """
    starts = [
        (seconds_since_epoch(run.started), side) for side, runs in enumerate((base, head)) for run in runs
    ]
    turns = int(np.count_nonzero(np.diff([side for _, side in sorted(starts)])))
    return turns >= min(len(base), len(head))
