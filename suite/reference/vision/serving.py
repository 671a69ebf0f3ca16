"""Own metrics: what a service of clips does beside its answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from suite import Metric
from suite.reference.vision.clip_service import ClipService


def loop_lag(system: ClipService, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """p99 (s) of how late the event loop was under load; None if it had nothing to do."""
    return float(np.quantile(system.lags, 0.99)) if len(system.lags) else None


def mean_batch(system: ClipService, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Requests that were answered together, on average; None if there were none."""
    sizes = system.batches.sizes
    return sum(size * count for size, count in sizes.items()) / sizes.total() if sizes else None


LOOP_LAG = Metric("loop.lag.p99", "s", "lower", loop_lag, combine="max")
MEAN_BATCH = Metric("batch.mean", "1", "none", mean_batch)
