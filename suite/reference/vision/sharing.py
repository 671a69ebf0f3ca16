"""What sharing frames costs: own metrics, and the way of each frame to a reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from suite import Metric, Row
from suite.reference.vision.shared_rig import SharedRig

_TRIES = 300


def handed_over(system: SharedRig) -> Iterator[Row]:
    """From the moment that a frame is put in until each reader begins to look at it."""
    for saw in system.seen:
        for stamp, seen in saw["seen"]:
            yield Row("hand-over", stamp, stamp, seen)


def overhead(system: SharedRig, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Shared memory of camera and readers over bytes of frames held; None before the ring was full."""
    return system.overhead


def add_over_copy(system: SharedRig, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """p99 (s) of putting a frame in, less that of the bare copy of such frames, measured after the load."""
    added = recording.of("add").measured()
    if len(added) < _TRIES:
        return None
    return float(np.quantile(added.finished - added.started, 0.99)) / 1e9 - system.bare.copy_p99


def over_bare(system: SharedRig, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Median hand-over over what a copy and the waking of as many processes take, measured after the load."""
    handed = recording.of("hand-over").measured()
    if not len(handed):
        return None
    return float(np.median(handed.finished - handed.started)) / 1e9 / system.bare.until_awake


OVERHEAD = Metric("memory.overhead", "1", "lower", overhead, combine="max")
ADD_OVER_COPY = Metric("add.over_copy", "s", "lower", add_over_copy)
OVER_BARE = Metric("hand-over.over_bare", "1", "lower", over_bare)
