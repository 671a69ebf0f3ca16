"""Latency: all that passes takes longer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from suite.contract.loop import Duration
from suite.faults.way_fault import Force, Piece, WayFault
from suite.units import parse


class Latency(WayFault):
    """Data takes `delay` longer in each direction, give or take `jitter`, drawn uniformly; it stays in order.

    A round trip takes twice that: `way="to"` delays requests only.
    """

    measured = True

    def __init__(
        self,
        party: str,
        lasting: Duration | None = None,
        *,
        delay: Duration,
        jitter: Duration = 0.0,
        **where: Any,
    ) -> None:
        super().__init__(party, lasting, **where)
        self.delay = parse(delay, "s")
        self.jitter = parse(jitter, "s")

    def problems(self) -> Iterator[str]:
        """See `Fault.problems`."""
        yield from super().problems()
        if not 0 <= self.jitter <= self.delay:
            yield "jitter must be from 0 to delay, which can't be negative"

    def carry(self, pieces: list[Piece], force: Force) -> list[Piece]:
        """See `WayFault.carry`."""
        delay = self.delay + self.jitter * force.random.uniform(-1, 1)
        delay *= force.strength()
        return [piece._replace(at=piece.at + delay) for piece in pieces]
