"""An operation that was stamped elsewhere: by a destination, by a device."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """An operation that was stamped elsewhere, on the monotonic clock, in nanoseconds."""

    operation: str
    intended: int
    started: int
    finished: int
    outcome: str = "ok"
