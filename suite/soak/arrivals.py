"""Planned starts without an end, piece by piece."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from suite.contract.loop import OpenLoop
from suite.engine import pacer

_PIECE = 60.0
"""Seconds that are planned at a time, of what has no length of its own."""
_FEWEST = 10


def pieces(loop: OpenLoop, seed: int) -> Iterator[tuple[float, pacer.Starts]]:
    """The length of each piece in seconds, and its starts from its own beginning; all depends on `seed`.

    Even and random arrivals go on as they are. A ramp, and stages, come again and again, each time whole.
    """
    steady = replace(loop, warmup=0.0)
    for index in count():
        if loop.arrivals in ("ramp", "stages"):
            seconds = loop.seconds
        elif loop.arrivals == "poisson":
            seconds = max(_PIECE, _FEWEST / loop.rate)
        else:  # whole periods, so that the next piece goes on as if there were none
            period = (loop.burst if loop.arrivals == "burst" else 1) / loop.rate
            seconds = math.ceil(_PIECE / period - 1e-9) * period
        yield seconds, pacer.plan(replace(steady, seconds=seconds), seed + index)
