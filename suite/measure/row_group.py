"""What is counted of some rows of a recording: those that the loop started, or those of one operation."""

from __future__ import annotations

import numpy as np

from suite.measure.streams import Streams
from suite.records.outcome import OUTCOMES, Outcome
from suite.records.recording import Mask, Recording


class RowGroup:
    """The measured rows that the loop started; those of the operation called `name`, whoever started it.

    A group with a span of its own (`own_span`) has the time as its window that its rows span, one of which
    `every` row counts the warm-up too. Of what is not `timed` only outcomes are told.
    """

    def __init__(
        self, code: int | None = None, name: str = "", *, own_span: bool = False, every: bool = False,
        timed: bool = True,
    ) -> None:  # fmt: skip
        self.name = name
        self.timed = timed
        self.streamed = False
        """Whether anything came in the middle of one of them."""
        self.good = 0
        self._code = code
        self._own_span = own_span
        self._every = every
        self._counts = np.zeros(len(OUTCOMES), np.int64)
        self._completed = 0
        self._span: tuple[int, int] | None = None

    @property
    def at(self) -> str:
        """What its metrics' names end with."""
        return f"@{self.name}" if self.name else ""

    def of(self, rows: Recording) -> Mask:
        """Which of these it has."""
        mine: Mask = rows.by_loop if self._code is None else rows.operation == self._code
        return mine if self._every else mine & (rows.intended >= rows.begin)

    def count(
        self, rows: Recording, mine: Mask, ok: Mask, streams: Streams | None, good: Mask | None
    ) -> None:
        """Count those `of` these rows, which ended `ok` and were `good`."""
        self._counts += np.bincount(rows.outcome[mine], minlength=len(OUTCOMES))
        if not self.timed:
            return
        finished = rows.finished[mine & ok]
        if self._own_span:
            self._widen(rows.started[mine & ok], finished)
        else:
            within = (finished > rows.begin) & (finished <= rows.end)
            self._completed += int(np.count_nonzero(within))
        if streams is not None:
            self.streamed |= bool(streams.streams[mine].any())
        if good is not None:
            self.good += int(np.count_nonzero(good & mine))

    def outcomes(self) -> dict[str, int]:
        """How they ended."""
        return {outcome: int(self._counts[Outcome[outcome]]) for outcome in OUTCOMES}

    def window(self, recording: Recording) -> tuple[int, float]:
        """How many ended ok in its window, and how many seconds that is."""
        if not self._own_span:
            return self._completed, (recording.end - recording.begin) / 1e9
        first, last = self._span or (0, 0)
        return int(self._counts[Outcome.ok]), (last - first) / 1e9

    def _widen(self, started: np.ndarray, finished: np.ndarray) -> None:
        if len(finished):
            first, last = int(started.min()), int(finished.max())
            known = self._span or (first, last)
            self._span = min(first, known[0]), max(last, known[1])
