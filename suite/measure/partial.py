"""What a round had recorded when something ended it early: a Round, but one to believe nothing of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from suite.contract.loop import ClosedLoop, Loop, OpenLoop
from suite.measure.column_file import ColumnFile
from suite.measure.mark_file import MarkFile
from suite.measure.recording import from_files, name_operations
from suite.measure.resources import Resources
from suite.measure.statistics import measure_round
from suite.records.held_round import HeldRound
from suite.records.reason import Reason
from suite.records.recording import Recording
from suite.records.run import Round, Validity

CUT_SHORT = "cut_short"
"""The kind of reason that such a round is not believed for."""
_LOOPS: Mapping[str, Loop] = {"closed": ClosedLoop(1, seconds=1.0), "open": OpenLoop(1.0, 1.0)}
"""Any of its kind: nothing else of it is asked."""


def measured_until(
    cut: int,
    held: HeldRound,
    files: Sequence[ColumnFile],
    marks: Sequence[MarkFile | None],
    start: int,
    *,
    resources: Resources,
    attempts: Mapping[str, tuple[int, int]] = MappingProxyType({}),
) -> Round | None:
    """What was measured of a round whose load began at `start` until `cut` (monotonic ns).

    None where it had not come to the measured part. What ended it is for the caller to say.
    """
    window = _window(held, files, start, cut)
    if window is None:
        return None
    for file, one in zip(files, held.columns, strict=True):
        if one.choices:
            name_operations(file, np.frombuffer(one.codes, np.uint16), one.due)
    recording: Recording = from_files(
        files,
        held.names,
        by_loop=[one.by_loop for one in held.columns],
        planned=[one.due for one in held.columns],
        begin=window[0],
        end=window[1],
        marks=marks,
    )
    recording = recording.only(lambda rows: rows.intended <= rows.end)
    result = measure_round(
        recording,
        loop=_LOOPS[held.loop],
        resources=resources,
        limits=held.limits,
        attempts=attempts,
        index=held.index,
    )
    counted = len(recording.loop_only().measured())
    figures = {"seconds": (window[1] - window[0]) / 1e9, "operations": counted}
    return replace(result, validity=Validity("invalid", (Reason(CUT_SHORT, figures),)))


def last_moment(files: Sequence[ColumnFile]) -> int:
    """When the last operation of these started or ended, as far as that is written; 0 without any."""
    columns = [(part, rows) for file in files for part, rows in file.parts()]
    times = [
        np.frombuffer(column, np.int64, rows)
        for part, rows in columns
        for column in (part.started, part.finished)
    ]
    return max((int(one.max(initial=0)) for one in times), default=0)


def _window(held: HeldRound, files: Sequence[ColumnFile], start: int, cut: int) -> tuple[int, int] | None:
    """Begin and end of what is measured."""
    begin, end = start + round(held.warmup * 1e9), cut
    if held.seconds is None:  # a counted loop counts its warm-up too
        begin = start
        for file, one in zip(files, held.columns, strict=True):
            if one.warm:
                columns, row = file.place(one.warm)
                begin = max(begin, columns.started[row] or cut)
    else:
        end = min(cut, begin + round(held.seconds * 1e9))
    return (begin, end) if begin < end else None
