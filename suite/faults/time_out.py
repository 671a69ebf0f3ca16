"""Time-out: no answer, and then the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from suite.contract.loop import Duration
from suite.faults.black_hole import BlackHole
from suite.faults.way_fault import Victim
from suite.units import parse


class TimeOut(BlackHole):
    """A black hole in which each connection is closed `after` a time, as a gateway does that gives up."""

    def __init__(self, party: str, lasting: Duration | None = None, *, after: Duration, **where: Any) -> None:
        super().__init__(party, lasting, **where)
        self.after = parse(after, "s")

    def problems(self) -> Iterator[str]:
        """See `Fault.problems`."""
        yield from super().problems()
        if self.after < 0:
            yield "after can't be negative"

    def meet(self, connection: Victim) -> None:
        """See `WayFault.meet`."""
        connection.expire(self.after)
