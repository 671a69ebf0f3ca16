"""The columns of one group of users as a file in memory that grows, segment by segment."""

from __future__ import annotations

import mmap
import os
import time
from bisect import bisect_right
from collections.abc import Iterator

from suite.measure.columns import ROW_BYTES, Columns
from suite.measure.memory_file import create_memory, open_memory
from suite.measure.room import has_room

SEGMENT_ROWS = 1 << 20
"""Rows of a segment (35 MiB) where more may come than fit into one."""


class ColumnFile:
    """Rows in segments of `rows` each, for one process that writes and another that reads.

    The file has no name on any file system, so nothing is left of it however its users end. Pages cost
    memory once they are touched. `planned` rows are there from the start; with None the writer adds
    segments as it needs them.
    """

    def __init__(self, descriptor: int, rows: int, planned: int | None) -> None:
        self.descriptor = descriptor
        self.rows = rows
        self.planned = planned
        self.full_at = 0
        """When there was no room for another segment, in monotonic nanoseconds; only for who writes."""
        self._bytes = segment_bytes(rows, ROW_BYTES)
        self._mapped: dict[int, Columns] = {}
        self._full = 0

    @classmethod
    def create(cls, planned: int | None = None, *, rows: int = SEGMENT_ROWS) -> ColumnFile:
        """A new one, all zero; segments have `rows` rows, or fewer where fewer are planned."""
        rows = rows if planned is None else min(planned, rows)
        made = cls(create_memory(), rows, planned)
        made._grow_to(1 if not planned else -(-planned // rows))
        return made

    @classmethod
    def open(cls, owner: int, descriptor: int, rows: int, planned: int | None) -> ColumnFile:
        """The one that process `owner` holds under `descriptor`."""
        return cls(open_memory(owner, descriptor), rows, planned)

    def __len__(self) -> int:
        """Segments that there are."""
        return os.fstat(self.descriptor).st_size // self._bytes

    def size(self, index: int) -> int:
        """Rows of segment `index` that the plan allows; 0 where it ends before."""
        if self.planned is None:
            return self.rows
        return min(self.rows, max(0, self.planned - index * self.rows))

    def has_room(self, index: int) -> bool:
        """Whether there is memory for segment `index`; if there is not, that is noted."""
        if self.planned is not None or index < len(self) or has_room(self._bytes):
            return True
        self.full_at = self.full_at or time.monotonic_ns()
        return False

    def reach(self, index: int) -> Columns:
        """Segment `index` for the writer, made if it is not there; whoever forgets it unmaps it."""
        if index >= len(self):
            self._grow_to(index + 1)
        return self._segment(index)

    def __iter__(self) -> Iterator[Columns]:
        """The segments that there are, mapped for as long as this object lives."""
        for index in range(len(self)):
            yield self._held(index)

    def used(self) -> int:
        """Rows that were started, provided that rows are taken in order."""
        last = len(self) - 1
        while self._full < last and self._is_full(self._full):
            self._full += 1
        rest = self._held(self._full).used() if self._full <= last else 0
        return self._full * self.rows + rest

    def due(self, moment: int) -> int:
        """Planned rows that are due by `moment` (ns), provided that they stand in the order of that."""
        count = 0
        for index, columns in enumerate(self):
            rows = self.size(index)
            count += bisect_right(columns.intended, moment, 0, rows)
            if count < index * self.rows + rows:
                break
        return count

    def parts(self, due: int = 0) -> Iterator[tuple[Columns, int]]:
        """Segments with the rows of each that are in use: the first `due`, or those started."""
        left = due or self.used()
        for columns in self:
            if left <= 0:
                return
            yield columns, min(left, self.rows)
            left -= self.rows

    def clear(self) -> None:
        """Make all rows that were started free again."""
        for columns, rows in list(self.parts()):
            columns.clear(rows)
        self._full = 0

    def place(self, row: int) -> tuple[Columns, int]:
        """The segment of a row counted over all segments, and its row there."""
        return self._held(row // self.rows), row % self.rows

    def close(self) -> None:
        """Unmap and close; numpy views of the columns must be gone."""
        if self.descriptor < 0:
            return
        for columns in self._mapped.values():
            columns.close()
        self._mapped.clear()
        os.close(self.descriptor)
        self.descriptor = -1

    def give_back(self, index: int) -> None:
        """Free the memory of segment `index`, of which every row has ended and been read."""
        held = self._held(index)
        held.empty()
        held.close()
        del self._mapped[index]
        self._full = max(self._full, index + 1)

    def _is_full(self, index: int) -> bool:
        """One that the reader has given back is empty, and those after it are in use."""
        return bool(self._held(index).started[self.rows - 1] or self._held(index + 1).started[0])

    def _held(self, index: int) -> Columns:
        if index not in self._mapped:
            self._mapped[index] = self._segment(index)
        return self._mapped[index]

    def _segment(self, index: int) -> Columns:
        return Columns(self.descriptor, index * self._bytes, self.rows, index * self.rows)

    def _grow_to(self, segments: int) -> None:
        os.ftruncate(self.descriptor, segments * self._bytes)


def segment_bytes(rows: int, row: int) -> int:
    """What a segment of so many rows takes, each of `row` bytes: whole pages."""
    return max(1, -(-rows * row // mmap.PAGESIZE)) * mmap.PAGESIZE
