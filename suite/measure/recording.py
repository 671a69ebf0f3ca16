"""A round's Recording, of the raw columns of its workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from suite.measure.column_file import ColumnFile
from suite.measure.column_recording import ColumnPart, ColumnRecording
from suite.measure.columns import Columns
from suite.measure.mark_file import MarkFile
from suite.measure.mark_index import MarkIndex
from suite.records.outcome import Outcome
from suite.records.recording import Recording

Indices = npt.NDArray[np.int64]


def from_files(
    files: Sequence[ColumnFile],
    names: Sequence[str],
    *,
    by_loop: Sequence[bool],
    planned: Sequence[int],
    begin: int,
    end: int,
    marks: Sequence[MarkFile | None] = (),
    prepared: Any = None,
) -> ColumnRecording:
    """The used rows of several workers' columns as one Recording, with the `marks` of each.

    They are not copied: it holds for as long as the files are open. `planned[i]` is the number of planned
    rows of an open loop's columns (all of them are due), or 0 where rows are due once they are started. What
    is due and has not ended becomes `dropped` or `unfinished`; without a plan the intended start is the
    actual one.
    """
    parts: list[ColumnPart] = []
    firsts: list[int] = []
    count = 0
    for file, flag, due in zip(files, by_loop, planned, strict=True):
        firsts.append(count)
        for columns, rows in file.parts(due):
            parts.append(ColumnPart(columns, rows, flag, due > 0))
            count += rows
    # A worker's nested operations lie behind those of its groups.
    behind = [next((n for n in range(i, len(files)) if not by_loop[n]), i) for i in range(len(marks))]
    marked = [(file, firsts[i], firsts[behind[i]]) for i, file in enumerate(marks) if file is not None]
    index = MarkIndex(marked)
    return ColumnRecording(names, parts, begin, end, prepared=prepared, index=index if index else None)


def name_operations(file: ColumnFile, choices: npt.NDArray[np.uint16], due: int) -> None:
    """Fill in which operation each row ran, of the first `due` or those started: `choices` over and over."""
    for columns, rows in file.parts(due):
        np.frombuffer(columns.operation, np.uint16, rows)[:] = np.resize(choices, rows)


def rows_of(columns: Columns, rows: slice | Indices, by_loop: bool, *, planned: bool) -> Recording:
    """A copy of some rows of a segment, of operations without names yet."""

    def column(name: str, kind: npt.DTypeLike) -> npt.NDArray[Any]:
        return np.frombuffer(getattr(columns, name), kind)[rows].copy()

    started, finished, outcome = (
        column("started", np.int64),
        column("finished", np.int64),
        column("outcome", np.uint8),
    )
    if not finished.all():
        outcome[(started > 0) & (finished == 0)] = Outcome.unfinished
        outcome[started == 0] = Outcome.dropped
    return Recording(
        (),
        column("operation", np.uint16),
        outcome,
        column("intended", np.int64) if planned else started,
        column("dispatched", np.int64) if planned else np.zeros(len(started), np.int64),
        started,
        finished,
        np.full(len(started), by_loop),
    )
