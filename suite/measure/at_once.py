"""How many operations a system works on at once, by Little's law on what they take that find it idle."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from suite.records.outcome import Outcome
from suite.records.recording import Mask, Recording, Times

_AS_SHORT, _FEWER = 1.5, 0.7
_SPAN, _SPANS, _EVEN = 4, 20, 0.4
"""What counts as short beside the shortest, and the share of the usual company that makes it alone."""
_CELLS = 1 << 12
_WINDOW = 1 << 16
"""Moments that are looked at together."""


def at_once(rows: Recording, each: float) -> float | None:
    """Mean of what ended ok in the measured part, `each` of a second; None if nothing did.

    Operations that are as short with many others in flight did not wait for them: they vary by themselves,
    by what they ask for or by pauses in them, and of those the mean counts. Unless they end in turn: who
    asks for an unfair lock at the right moment overtakes all that wait for it.
    """
    spans = [_Extent.of(piece) for piece in map(rows.piece, range(rows.piece_count))]
    known = [one for one in spans if one is not None]
    found: dict[int, _Served] = {}
    for piece in rows.pieces():
        for code in np.unique(piece.operation).tolist():
            found.setdefault(code, _Served()).shorten(piece, code)
    served = {code: one for code, one in sorted(found.items()) if one.within}
    if not served:
        return None
    begun = ended = 0
    for window in _windows(rows, spans, known):
        for code, one in served.items():
            one.see(window, code, begun, ended)
        begun += len(window.starts)
        ended += len(window.ends)
    return sum(one.within * each * one.each() * 1e-9 for one in served.values()) or None


class _Extent(NamedTuple):
    """When the operations of a piece began and ended, the first and the last of them."""

    started: int
    last_started: int
    ended: int
    last_ended: int

    @classmethod
    def of(cls, rows: Recording) -> _Extent | None:
        begun = rows.started > 0
        if not begun.any():
            return None
        started, ended = rows.started[begun], rows.ended_ns()[begun]
        return cls(*(int(one) for times in (started, ended) for one in (times.min(), times.max())))

    def meets(self, low: int, high: int) -> bool:
        """Whether anything of it began or ended from `low` to before `high`."""
        return (self.started < high and self.last_started >= low) or (
            self.ended < high and self.last_ended >= low
        )


class _Window(NamedTuple):
    """What began and what ended in some time: all moments, in order; and the ok operations of it."""

    starts: Times
    ends: Times
    began: tuple[Times, Times, Times]
    """Operation, start and service time of those that began."""
    over: tuple[Times, Times]
    """Operation and end of those that ended, in order of their ends."""


def _windows(rows: Recording, spans: list[_Extent | None], known: list[_Extent]) -> Iterator[_Window]:
    low, high = min(one.started for one in known), max(max(one.last_ended, one.last_started) for one in known)
    edges = _edges(rows, low, high)
    for since, until in pairwise(edges):
        numbers = [number for number, one in enumerate(spans) if one is not None and one.meets(since, until)]
        parts = [_part(rows.piece(number), since, until) for number in numbers]
        if parts:
            starts, ends, *rest = (np.concatenate(column) for column in zip(*parts, strict=True))
            order = np.argsort(rest[4], kind="stable")
            began = (rest[0], rest[1], rest[2])
            yield _Window(np.sort(starts), np.sort(ends), began, (rest[3][order], rest[4][order]))


def _edges(rows: Recording, low: int, high: int) -> list[int]:
    """Times between which not too much begins or ends."""
    width = (high - low) // _CELLS + 1
    cells = np.zeros(_CELLS, np.int64)
    for piece in rows.pieces():
        begun = piece.started > 0
        for times in (piece.started[begun], piece.ended_ns()[begun]):
            cells += np.bincount((times - low) // width, minlength=_CELLS)
    edges, held = [low], 0
    for cell, count in enumerate(cells.tolist()):
        if held and held + count > _WINDOW:
            edges.append(low + cell * width)
            held = 0
        held += count
    return [*edges, high + 1]


def _part(rows: Recording, since: int, until: int) -> tuple[Times, ...]:
    begun = rows.started > 0
    ended, ok = rows.ended_ns(), rows.outcome == Outcome.ok
    here = begun & (rows.started >= since) & (rows.started < until)
    over = begun & (ended >= since) & (ended < until)
    mine, done = here & ok, over & ok
    service = (ended - rows.started)[mine]
    return (
        rows.started[here], ended[over], rows.operation[mine], rows.started[mine], service,
        rows.operation[done], ended[done],
    )  # fmt: skip


class _Served:
    """What is known of one operation's ok ones."""

    def __init__(self) -> None:
        self.within = 0
        """Those that ended in the measured part."""
        self._count = self._total = 0
        self._shortest = self._first = self._last = 0
        self._beside = self._short = self._beside_short = 0
        self._span, self._in_span = 0, 0
        self._filled = self._squares = 0

    def shorten(self, rows: Recording, code: int) -> None:
        """Take in how long those of a piece took, and when they ended."""
        mine: Mask = (rows.operation == code) & (rows.outcome == Outcome.ok)
        if not mine.any():
            return
        taken, ended = rows.service_ns()[mine], rows.ended_ns()[mine]
        shortest, first, last = int(taken.min()), int(ended.min()), int(ended.max())
        if self._count:
            shortest = min(shortest, self._shortest)
            first, last = min(first, self._first), max(last, self._last)
        self._shortest, self._first, self._last = shortest, first, last
        self._count += len(taken)
        self._total += int(taken.sum())
        self.within += int(np.count_nonzero((ended > rows.begin) & (ended <= rows.end)))

    def see(self, window: _Window, code: int, begun: int, ended: int) -> None:
        """Take in how many others were in flight when they began, after so many had begun and ended."""
        operation, started, taken = window.began
        mine = operation == code
        started, taken = started[mine], taken[mine]
        beside = np.searchsorted(window.starts, started, "right") + begun
        beside -= np.searchsorted(window.ends, started, "right") + ended
        short = taken <= _AS_SHORT * self._shortest
        self._beside += int(beside.sum())
        self._short += int(np.count_nonzero(short))
        self._beside_short += int(beside[short].sum())
        self._turn(window.over[1][window.over[0] == code])

    def _turn(self, ended: Times) -> None:
        """Count how many ended in each of equal spans of time; the last one may go on."""
        number = (ended - self._first) // self._width
        number = number[number < self._spans]
        if not len(number):
            return
        begins = np.flatnonzero(np.append(True, number[1:] != number[:-1]))
        counts = np.diff(np.append(begins, len(number)))
        if int(number[0]) == self._span:
            counts[0] += self._in_span
        else:
            self._close()
        self._filled += int(counts[:-1].sum())
        self._squares += int((counts[:-1] ** 2).sum())
        self._span, self._in_span = int(number[-1]), int(counts[-1])

    def _close(self) -> None:
        self._filled += self._in_span
        self._squares += self._in_span**2
        self._in_span = 0

    @property
    def _width(self) -> int:
        return _SPAN * max(self._shortest, 1)

    @property
    def _spans(self) -> int:
        return (self._last - self._first) // self._width

    def each(self) -> float:
        """What one of them takes (ns)."""
        few = self._beside_short / self._short < _FEWER * (self._beside / self._count)
        alone = few or self._in_turn()
        return float(self._shortest) if alone else self._total / self._count

    def _in_turn(self) -> bool:
        """Whether they end as evenly as those that are served one by one, or a fixed number at a time.

        Of what ends by itself the counts in equal spans of time vary as much as their mean.
        """
        self._close()
        if self._spans < _SPANS:
            return False
        mean = self._filled / self._spans
        return self._squares / self._spans - mean**2 < _EVEN * mean
