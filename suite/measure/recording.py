"""A round's Recording, copied from the raw columns of its workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from suite.measure.column_file import ColumnFile
from suite.measure.columns import Columns
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
) -> Recording:
    """Copy the used rows of several workers' columns into one Recording.

    `planned[i]` is the number of planned rows of an open loop's columns (all of them are due), or 0
    where rows are due once they are started. What is due and has not ended becomes `dropped` or
    `unfinished`; without a plan the intended start is the actual one.
    """
    parts = [
        rows_of(columns, slice(rows), flag, planned=due > 0)
        for file, flag, due in zip(files, by_loop, planned, strict=True)
        for columns, rows in file.parts(due)
    ]
    return joined(parts, names, begin, end)


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
