"""Slow close: the end of a connection is told late."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from suite.contract.loop import Duration
from suite.faults.way_fault import WayFault
from suite.units import parse


class SlowClose(WayFault):
    """Who closes a connection is heard by the other side `delay` later."""

    def __init__(self, party: str, lasting: Duration | None = None, *, delay: Duration, **where: Any) -> None:
        super().__init__(party, lasting, **where)
        self.delay = parse(delay, "s")

    def problems(self) -> Iterator[str]:
        """See `Fault.problems`."""
        yield from super().problems()
        if self.delay < 0:
            yield "delay can't be negative"

    def closing(self) -> float:
        """See `WayFault.closing`."""
        return self.delay
