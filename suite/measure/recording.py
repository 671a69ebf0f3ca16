"""A round's Recording, copied from the raw columns of its workers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from suite.measure.columns import Columns
from suite.records.outcome import Outcome
from suite.records.recording import Recording


def from_columns(
    columns: Sequence[Columns],
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
    parts: list[Recording] = []
    for part, flag, due in zip(columns, by_loop, planned, strict=True):
        used = due or part.used()
        started = np.frombuffer(part.started, np.int64, used).copy()
        intended = np.frombuffer(part.intended, np.int64, used).copy() if due else started
        finished = np.frombuffer(part.finished, np.int64, used).copy()
        outcome = np.frombuffer(part.outcome, np.uint8, used).copy()
        if not finished.all():
            outcome[(started > 0) & (finished == 0)] = Outcome.unfinished
            outcome[started == 0] = Outcome.dropped
        parts.append(
            Recording(
                tuple(names),
                np.frombuffer(part.operation, np.uint16, used).copy(),
                outcome,
                intended,
                np.frombuffer(part.dispatched, np.int64, used).copy() if due else np.zeros(used, np.int64),
                started,
                finished,
                np.full(used, flag),
                begin,
                end,
            )
        )
    return _joined(parts, tuple(names), begin, end)


def _joined(parts: Sequence[Recording], names: tuple[str, ...], begin: int, end: int) -> Recording:
    if len(parts) == 1:
        return parts[0]

    def column(name: str, kind: npt.DTypeLike) -> npt.NDArray[np.generic]:
        return np.concatenate([np.empty(0, kind), *(getattr(part, name) for part in parts)]).astype(kind)

    return Recording(
        names,
        column("operation", np.uint16),  # type: ignore[arg-type]
        column("outcome", np.uint8),  # type: ignore[arg-type]
        column("intended", np.int64),  # type: ignore[arg-type]
        column("dispatched", np.int64),  # type: ignore[arg-type]
        column("started", np.int64),  # type: ignore[arg-type]
        column("finished", np.int64),  # type: ignore[arg-type]
        column("by_loop", np.bool_),  # type: ignore[arg-type]
        begin,
        end,
    )
