"""Recordings of even load, and the rounds that they are measured to, to test with."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from suite import open_loop
from suite.measure.column_file import ColumnFile
from suite.measure.column_recording import ColumnRecording
from suite.measure.joined import joined
from suite.measure.resources import Resources
from suite.measure.stamped_rows import stamp
from suite.measure.statistics import measure_round
from suite.records.recording import Recording
from suite.records.row import Row
from suite.records.run import Round

SECOND = 10**9
START = 50 * SECOND


def recording_of(
    response: np.ndarray, *, rate: float = 100.0, outcome: int | np.ndarray = 0, late: int = 0, names=("a",)
) -> Recording:
    """Rows due evenly from START, each `response` ns long, dispatched `late` ns after plan."""
    count = len(response)
    intended = START + (np.arange(count) * SECOND / rate).astype(np.int64)
    return Recording(
        names,
        (np.arange(count) % len(names)).astype(np.uint16),
        np.broadcast_to(np.asarray(outcome, np.uint8), count).copy(),
        intended,
        intended + late,
        intended + late,
        intended + response,
        np.ones(count, np.bool_),
        START,
        START + int(count * SECOND / rate),
    )


def kept(recording: Recording) -> Recording:
    """A copy, which holds when the columns are gone."""
    return joined([*recording.pieces()], recording.names, recording.begin, recording.end)


def with_rows(recording: Recording, rows: Iterable[Row]) -> Recording:
    """A recording with operations that were stamped elsewhere."""
    file = ColumnFile.create()
    told = stamp(file, rows, recording.names)
    beside = ColumnRecording(told.names, told.parts(file), recording.begin, recording.end)
    both = joined([recording, *beside.pieces()], told.names, recording.begin, recording.end)
    file.close()
    return both


LOOP = open_loop(100, 4)
NOTHING = Resources.absent("not sampled")


def measured(recording: Recording, **more) -> Round:
    return measure_round(recording, **{"loop": LOOP, "resources": NOTHING, **more})
