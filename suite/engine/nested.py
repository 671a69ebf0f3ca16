"""Operations that other operations await: recorded under their own names, outside the totals."""

from __future__ import annotations

import asyncio

from suite.engine.clock import now
from suite.engine.error_counts import ErrorCounts
from suite.measure.columns import Columns


class Nested:
    """Records operations that other operations await; every User's `_recorder`."""

    def __init__(self, columns: Columns, names: tuple[str, ...], errors: ErrorCounts) -> None:
        self._columns = columns
        self._code = {name: code for code, name in enumerate(names)}
        self._names = names
        self._errors = errors
        self._next = 0
        self.lost = 0

    def rewind(self) -> None:
        """Begin at the first row again."""
        self._next = 0

    def begin(self, operation: str) -> int:
        """A row that starts now; -1 if the columns are full."""
        row = self._next
        if row >= self._columns.capacity or operation not in self._code:
            self.lost += 1
            return -1
        self._next = row + 1
        self._columns.operation[row] = self._code[operation]
        self._columns.started[row] = now()
        return row

    def end(self, row: int, error: BaseException | None) -> None:
        """The row ended. A cancelled one stays unfinished: its outer operation tells why."""
        if row < 0 or isinstance(error, asyncio.CancelledError):
            return
        self._columns.finished[row] = now()
        if error is not None:
            name = self._names[self._columns.operation[row]]
            self._columns.outcome[row] = self._errors.add(name, error, self._columns.finished[row])
