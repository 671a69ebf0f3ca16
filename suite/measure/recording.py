"""A round's Recording, copied from the raw columns of its workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from suite.measure.column_file import ColumnFile
from suite.measure.columns import Columns
from suite.measure.mark_file import FIELDS, MarkFile
from suite.records.marks import Marks
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
) -> Recording:
    """Copy the used rows of several workers' columns into one Recording, with the `marks` of each.

    `planned[i]` is the number of planned rows of an open loop's columns (all of them are due), or 0
    where rows are due once they are started. What is due and has not ended becomes `dropped` or
    `unfinished`; without a plan the intended start is the actual one.
    """
    parts: list[Recording] = []
    firsts: list[int] = []
    count = 0
    for file, flag, due in zip(files, by_loop, planned, strict=True):
        firsts.append(count)
        for columns, rows in file.parts(due):
            parts.append(rows_of(columns, slice(rows), flag, planned=due > 0))
            count += rows
    whole = joined(parts, names, begin, end)
    # A worker's nested operations lie behind those of its groups.
    behind = [next((n for n in range(i, len(files)) if not by_loop[n]), i) for i in range(len(marks))]
    found = [_marks(file, firsts[i], firsts[behind[i]]) for i, file in enumerate(marks) if file is not None]
    found = [one for one in found if len(one.row)]
    return replace(whole, marks=Marks.joined(found)) if found else whole


def _marks(file: MarkFile, first: int, nested: int) -> Marks:
    """What a file of marks says of the rows from `first` on, and of those nested from `nested` on."""
    written = np.frombuffer(file.read(), np.int64).reshape(-1, FIELDS)
    written = written[written[:, 3] != 0]
    inner = written[written[:, 1] >= 0]
    return Marks(
        np.concatenate([written[:, 0] + first, inner[:, 1] + nested]),
        np.concatenate([written[:, 2], inner[:, 2]]),
        np.concatenate([written[:, 3], inner[:, 3]]),
    )


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


def joined(parts: Sequence[Recording], names: Sequence[str], begin: int, end: int) -> Recording:
    """Parts after one another, of operations called `names`, measured from `begin` to `end`."""

    def column(name: str, kind: npt.DTypeLike) -> npt.NDArray[Any]:
        columns = [getattr(part, name) for part in parts]
        return columns[0] if len(columns) == 1 else np.concatenate([np.empty(0, kind), *columns]).astype(kind)

    return Recording(
        tuple(names),
        column("operation", np.uint16),
        column("outcome", np.uint8),
        column("intended", np.int64),
        column("dispatched", np.int64),
        column("started", np.int64),
        column("finished", np.int64),
        column("by_loop", np.bool_),
        begin,
        end,
    )
