"""The part of a round that is measured, in monotonic nanoseconds, and who had work in it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from suite.contract.loop import ClosedLoop, Loop
from suite.engine.plan import RoundPlan
from suite.measure.column_file import ColumnFile


def measured_window(plan: RoundPlan, loop: Loop, start: int) -> tuple[int, int]:
    """Begin and end of the measured part, of a round that began at `start`.

    A counted loop ends when the first worker has run out of operations.
    """
    begin = start + round(loop.warmup * 1e9)
    if not isinstance(loop, ClosedLoop) or loop.seconds is not None:
        return begin, begin + round((loop.seconds or 0.0) * 1e9)
    begin, ends, position = start, [], 0
    for worker in plan.workers:
        last = 0
        for group in worker.groups:
            file = plan.group_files[position]
            position += 1
            if group.warm:
                columns, row = file.place(group.warm)
                begin = max(begin, columns.started[row])
            last = max(last, _last(file))
        ends.append(last)
    return begin, max(min(ends), begin + 1)


def employed(loop: Loop, ended: Iterable[int], begin: int, end: int) -> float | None:
    """Users that had operations left to do, on average; None where it is all, or they aren't fixed.

    Users of a counted loop have until the moment that each has `ended`.
    """
    if not isinstance(loop, ClosedLoop) or loop.total is None:
        return None
    done = sum(end - max(at, begin) for at in ended if at < end)
    return loop.users - done / (end - begin)


def _last(file: ColumnFile) -> int:
    """When the last of its operations ended."""
    parts = [np.frombuffer(columns.finished, np.int64, rows) for columns, rows in file.parts()]
    return max((int(part.max(initial=0)) for part in parts), default=0)
