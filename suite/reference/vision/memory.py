"""Own metrics: what buffers cost beyond the frames they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from suite import Metric
from suite.reference.vision.rig import CameraRig


def fill_overhead(system: CameraRig, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Memory taken until the buffers were full, over the frames' bytes."""
    return system.overhead(system.filled)


def overhead(system: CameraRig, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Memory taken until the end of the load, after more laps, over the frames' bytes."""
    return system.overhead(system.settled)


def per_camera(system: CameraRig, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Memory (B) taken until the end of the load, for each camera."""
    if system.settled is None or system.idle is None:
        return None
    return (system.settled - system.idle) / system.cameras


FILL = Metric("memory.overhead_filled", "1", "lower", fill_overhead, combine="max")
OVERHEAD = Metric("memory.overhead", "1", "lower", overhead, combine="max")
PER_CAMERA = Metric("memory.per_camera", "B", "lower", per_camera, combine="max")
