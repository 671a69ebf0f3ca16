"""Marks where they were written, found by the rows that they are of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suite.measure.mark_file import MarkFile
from suite.records.marks import Marks

_CHUNK = 1 << 14
"""Marks of which it is known between which rows theirs are: what is near in time is near in a file too."""
_ROW, _NESTED, _SINCE, _AT = range(MarkFile.fields)
_Written = npt.NDArray[np.int64]


class _Chunk(NamedTuple):
    """Marks of rows from `low` to `high` of a recording: what stands in `column` is counted from `first`."""

    written: _Written
    column: int
    first: int
    low: int
    high: int


class MarkIndex:
    """The marks of several files, each of rows from `first` on, and of nested ones from `nested` on."""

    def __init__(self, files: Sequence[tuple[MarkFile, int, int]]) -> None:
        self._chunks = [chunk for file, first, nested in files for chunk in _chunks(file, first, nested)]

    def __bool__(self) -> bool:
        return bool(self._chunks)

    def between(self, first: int, last: int) -> Marks:
        """The marks of the rows from `first` to before `last`, which are counted from there."""
        return Marks.joined([Marks(*(np.empty(0, np.int64),) * 3), *self._found(first, last)])

    def _found(self, first: int, last: int) -> Iterator[Marks]:
        for chunk in self._chunks:
            if chunk.low < last and chunk.high >= first:
                row = chunk.written[:, chunk.column] + chunk.first - first
                kept = _written(chunk.written, chunk.column) & (row >= 0) & (row < last - first)
                yield Marks(row[kept], chunk.written[kept, _SINCE], chunk.written[kept, _AT])


def _written(marks: _Written, column: int) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = (marks[:, _AT] != 0) & (marks[:, column] >= 0)
    return found


def _chunks(file: MarkFile, first: int, nested: int) -> Iterator[_Chunk]:
    marks = np.frombuffer(file.read(), np.int64).reshape(-1, MarkFile.fields)
    for column, base in ((_ROW, first), (_NESTED, nested)):
        for place in range(0, len(marks), _CHUNK):
            chunk = marks[place : place + _CHUNK]
            rows = chunk[_written(chunk, column), column]
            if len(rows):
                yield _Chunk(chunk, column, base, int(rows.min()) + base, int(rows.max()) + base)
