"""Rows of a round's columns, counted while they are written: those who write them do nothing for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from suite.measure.column_file import ColumnFile
from suite.measure.columns import Columns
from suite.measure.recording import Indices
from suite.records.outcome import Outcome
from suite.records.recording import Times

_MOST = 200_000
"""Rows looked at in a group at once; who writes more is caught up with later."""
_SETTLED = 100_000_000
"""Of what was due less ns ago nobody says that it was missed."""
_COLUMN_KINDS = {"outcome": np.uint8, "started": np.int64, "finished": np.int64,
                 "intended": np.int64, "dispatched": np.int64}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EndedRows:
    """Operations that have ended, a row each; times in monotonic nanoseconds, `late` of the start in ns.

    `row` counts rows of a segment, whose operations are `choices` over and over: codes as in the names of a
    Recording. `measured` says which are no warm-up.
    """

    row: Indices
    choices: npt.NDArray[np.uint16]
    outcome: npt.NDArray[np.uint8]
    intended: Times
    started: Times
    finished: Times
    late: Times
    measured: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.outcome)

    def where(self, mask: npt.NDArray[np.bool_]) -> EndedRows:
        """Those that `mask` selects; itself where that is all of them."""
        if mask.all():
            return self
        columns = {name: getattr(self, name) for name in self.__slots__}
        return EndedRows(
            **{name: column if name == "choices" else column[mask] for name, column in columns.items()}
        )

    def of(self, code: int) -> npt.NDArray[np.bool_]:
        """Which ran the operation of this code."""
        found: npt.NDArray[np.bool_] = self.choices[self.row % len(self.choices)] == code
        return found


class RowCounter:
    """Tells each row of a group once, when it has ended.

    Where starts are `planned` they stand in the columns, in order. The first `warm` rows of a counted loop
    are warm-up, in others what is due in the first `warmup` ns after `start`. A row that was dispatched and
    has not started after `patience` ns was dropped.
    """

    def __init__(
        self,
        file: ColumnFile,
        choices: Sequence[int],
        start: int,
        *,
        planned: bool = False,
        warm: int = 0,
        warmup: int = 0,
        patience: int | None = None,
    ) -> None:
        self.warm = warm
        self._file = file
        self._choices = np.frombuffer(choices, np.uint16)  # type: ignore[call-overload]
        self._planned = planned
        self._measured = start + warmup
        self._patience = patience
        self._open: Indices = np.empty(0, np.int64)
        self._seen = self._turn = 0
        self.undispatched = 0
        """Of the measured rows that were due at the last look, those that nobody had come to."""

    def warm_until(self) -> int | None:
        """When the first row after the warm-up started; None as long as none has."""
        if not self.warm:
            return 0
        columns, row = self._file.place(self.warm)
        return columns.started[row] or None

    @property
    def due(self) -> int:
        """Measured rows that were due at the last look, of those that are planned."""
        return max(self._seen - self._file.due(self._measured - 1), 0) if self._planned else 0

    def take(self, now: int, begin: int | None) -> Iterator[EndedRows]:
        """What has ended since the last time. The measured part began at `begin`; None: that is not known."""
        reached = self._reached(now)
        fresh = np.arange(self._seen, min(reached, self._seen + _MOST), dtype=np.int64)
        begun = self._turn if self._turn < len(self._open) else 0
        self._turn = begun + _MOST
        looked = self._open[begun : self._turn]
        self._seen += len(fresh)
        still: list[Indices] = [self._open[:begun], self._open[self._turn :]]
        self.undispatched = 0
        for part in (looked, fresh):  # apart: rows that follow one another are copied at once
            for columns, base, rows in self._segments(part):
                ended, waiting = self._ended(columns, base, rows, now, begin)
                still.append(waiting)
                if len(ended):
                    yield ended
        self._open = np.sort(np.concatenate(still))

    def _reached(self, now: int) -> int:
        return self._file.due(now) if self._planned else self._file.used()

    def _segments(self, rows: Indices) -> Iterator[tuple[Columns, int, Indices]]:
        size = self._file.rows
        for index in range(int(rows[0]) // size, int(rows[-1]) // size + 1) if len(rows) else ():
            base = index * size
            first, last = np.searchsorted(rows, [base, base + size])
            if first < last:
                yield self._file.place(base)[0], base, rows[first:last] - base

    def _ended(
        self, columns: Columns, base: int, rows: Indices, now: int, begin: int | None
    ) -> tuple[EndedRows, Indices]:
        """Those of a segment's `rows` that have ended, and those that have not."""
        found = {name: _column(columns, name, rows) for name in ("outcome", "started", "finished")}
        over = found["finished"] > 0
        finished, outcome = found["finished"], found["outcome"]
        intended = dispatched = found["started"]
        if self._planned:
            intended = _column(columns, "intended", rows)
            dispatched = _column(columns, "dispatched", rows)
        measured = (intended >= begin) if begin is not None else np.zeros(len(rows), np.bool_)
        if self._planned:
            missed = measured & (dispatched == 0) & (intended < now - _SETTLED)
            self.undispatched += int(np.count_nonzero(missed))
        if self._patience is not None:
            dropped = (found["started"] == 0) & (dispatched > 0) & (dispatched < now - self._patience)
            outcome = np.where(dropped, np.uint8(Outcome.dropped), outcome)
            finished, over = np.where(dropped, now, finished), over | dropped
        if begin is None:  # of a counted loop: what is beyond the warm-up waits until that is told from it
            over &= rows + base < self.warm
        late = np.maximum(dispatched - intended, 0)
        started = found["started"]
        ended = EndedRows(rows, self._choices, outcome, intended, started, finished, late, measured)
        return ended.where(over), rows[~over] + base


def _column(columns: Columns, name: str, rows: Indices) -> npt.NDArray[Any]:
    return _at(np.frombuffer(getattr(columns, name), _COLUMN_KINDS[name]), rows)


def _at(column: npt.NDArray[Any], rows: Indices) -> npt.NDArray[Any]:
    """A copy of some rows, in ascending order."""
    whole = len(rows) > 0 and int(rows[-1] - rows[0]) + 1 == len(rows)
    found: npt.NDArray[Any] = column[rows[0] : rows[-1] + 1].copy() if whole else column[rows]
    return found
