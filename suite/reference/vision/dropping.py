"""Own metric: frames that a pipeline did not look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from suite import Metric
from suite.reference.vision.camera_pipeline import CameraPipeline


def dropped(system: CameraPipeline, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """The share of the frames that came while too many of their camera waited; None if none came."""
    looked, left = sum(ring.held.stop for ring in system.rings), sum(system.dropped)
    return left / (looked + left) if looked + left else None


DROPPED = Metric("frames.dropped", "ratio", "lower", dropped, combine="max")
