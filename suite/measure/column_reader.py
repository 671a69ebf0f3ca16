"""Reads columns while they are written: each row once, when it has ended."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from suite.measure.column_file import ColumnFile
from suite.measure.columns import Columns
from suite.measure.recording import Indices, rows_of
from suite.records.recording import Recording


class ColumnReader:
    """Rows of a file without a plan, in the order of their start as far as they have ended. Where starts are
    told while it is written `scheduled` says how many were.

    Row i of a segment ran the operation with code `choices[i % len(choices)]`; None: it is written there.
    Segments are given back once all their rows have been read.
    """

    def __init__(
        self, file: ColumnFile, choices: array[int] | None, scheduled: Callable[[], int] | None = None
    ) -> None:
        self._file = file
        self._scheduled = scheduled
        self._by_loop = choices is not None
        self._choices = None if choices is None else np.frombuffer(choices, np.uint16)
        self._open: dict[int, Indices] = {}
        self._seen = 0

    def take(self, *, rest: bool = False) -> list[Recording]:
        """What has ended since the last time; with `rest` also what has not, as `unfinished`."""
        parts = []
        for index, rows in list(self._candidates()):
            columns = self._file.place(index * self._file.rows)[0]
            ended = np.frombuffer(columns.finished, np.int64)[rows] > 0
            done = (rows if self._scheduled is None else self._due(columns, rows)) if rest else rows[ended]
            if len(done):
                self._name(columns, done)
                parts.append(rows_of(columns, done, self._by_loop, planned=self._scheduled is not None))
            self._keep(index, rows[:0] if rest else rows[~ended])
        return parts

    def _candidates(self) -> Iterator[tuple[int, Indices]]:
        """Rows to look at, by segment: those in flight when last seen, and those started since."""
        used = self._file.used() if self._scheduled is None else self._scheduled()
        size = self._file.rows
        for index in range(min(self._open, default=self._seen // size), -(-used // size)):
            first, last = max(self._seen - index * size, 0), min(used - index * size, size)
            waiting = self._open.get(index, np.empty(0, np.int64))
            if len(waiting) or last > first:
                yield index, np.concatenate([waiting, np.arange(first, last, dtype=np.int64)])
        self._seen = used

    def _keep(self, index: int, rows: Indices) -> None:
        self._open.pop(index, None)
        if len(rows):
            self._open[index] = rows
        elif self._seen >= (index + 1) * self._file.rows:
            self._file.give_back(index)

    @staticmethod
    def _due(columns: Columns, rows: Indices) -> Indices:
        intended = np.frombuffer(columns.intended, np.int64)[rows]
        return rows[(intended > 0) & (intended <= time.monotonic_ns())]

    def _name(self, columns: Columns, rows: npt.NDArray[np.int64]) -> None:
        if self._choices is not None:
            np.frombuffer(columns.operation, np.uint16)[rows] = self._choices[rows % len(self._choices)]
