"""Whether memory stays flat while conversations go on: read by a user, judged as a metric.

`memory.lasting_growth` says the same of rounds of 20 s and longer, which it takes to tell a trend; this tells
it of a quick round too, from readings that the Component's own process takes.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from suite import Metric

_EVERY = 0.05
"""Seconds between readings."""
_STATM = Path("/proc/self/statm")


class Readings:
    """Readings of the memory of this process, which a Component shares with its users."""

    def __init__(self) -> None:
        self._next = 0.0

    def due(self) -> dict[str, int] | None:
        """What to keep if it is time again: bytes that no file backs."""
        now = time.monotonic()
        if now < self._next:
            return None
        self._next = now + _EVERY
        _, resident, of_files, *_ = map(int, _STATM.read_bytes().split())
        return {"memory": (resident - of_files) * resource.getpagesize()}


def drift(system: Any, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Bytes by which the last third's highest reading passes that of the third before it; None: too few."""
    memory = [one["memory"] for one in kept if "memory" in one]
    third = len(memory) // 3
    return max(max(memory[-third:]) - max(memory[-2 * third : -third]), 0) if third else None


MEMORY_DRIFT = Metric("memory.drift", "B", "lower", drift, combine="max")
