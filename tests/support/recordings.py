"""Recordings of even load, and the rounds that they are measured to, to test with."""

from __future__ import annotations

import numpy as np

from suite import open_loop
from suite.measure.resources import Resources
from suite.measure.statistics import measure_round
from suite.records.recording import Recording
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


LOOP = open_loop(100, 4)
NOTHING = Resources.absent("not sampled")


def measured(recording: Recording, **more) -> Round:
    return measure_round(recording, **{"loop": LOOP, "resources": NOTHING, **more})
