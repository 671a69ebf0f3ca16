"""Operations that other operations await: recorded under their own names, outside the totals."""

from __future__ import annotations

import asyncio

from suite.engine.clock import now
from suite.engine.error_counts import ErrorCounts
from suite.measure.column_file import ColumnFile


class Nested:
    """Records operations that other operations await; every User's `_recorder`."""

    def __init__(self, file: ColumnFile, names: tuple[str, ...], errors: ErrorCounts) -> None:
        self._file = file
        self._columns = [file.reach(0)]
        self._code = {name: code for code, name in enumerate(names)}
        self._names = names
        self._errors = errors
        self._next = 0
        self.lost = 0

    def rewind(self) -> None:
        """Begin at the first row again."""
        self._next = 0

    def begin(self, operation: str) -> int:
        """A row that starts now; -1 for an operation that nobody knows."""
        if operation not in self._code:
            self.lost += 1
            return -1
        row = self._next
        self._next = row + 1
        segment, place = divmod(row, self._file.rows)
        if segment == len(self._columns):
            if self._file.full_at or not self._file.has_room(segment):
                self.lost += 1
                self._next = row
                return -1
            self._columns.append(self._file.reach(segment))
        columns = self._columns[segment]
        columns.operation[place] = self._code[operation]
        columns.started[place] = now()
        return row

    def end(self, row: int, error: BaseException | None) -> None:
        """The row ended. A cancelled one stays unfinished: its outer operation tells why."""
        if row < 0 or isinstance(error, asyncio.CancelledError):
            return
        segment, place = divmod(row, self._file.rows)
        columns, at = self._columns[segment], now()
        if error is not None:
            columns.outcome[place] = self._errors.add(self._names[columns.operation[place]], error, at)
        columns.finished[place] = at  # last: who reads meanwhile takes the row for ended
