"""Bandwidth: a line that carries so much and no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from suite.contract.loop import Duration
from suite.faults.way_fault import Force, Piece, WayFault, cut
from suite.units import parse

_TICK = 0.01
"""Seconds of the line that are handed over at once."""
_LEAST = 1448


class Bandwidth(WayFault):
    """In each direction the way carries `rate` bytes a second ("1MB/s"), for all connections together."""

    measured = True

    def __init__(
        self, party: str, lasting: Duration | None = None, *, rate: str | float, **where: Any
    ) -> None:
        super().__init__(party, lasting, **where)
        self.rate = parse(rate.strip().removesuffix("/s") if isinstance(rate, str) else rate, "B")

    def problems(self) -> Iterator[str]:
        """See `Fault.problems`."""
        yield from super().problems()
        if self.rate <= 0:
            yield "rate must be above 0"

    def carry(self, pieces: list[Piece], force: Force) -> list[Piece]:
        """See `WayFault.carry`."""
        each = force.strength() / self.rate
        carried = []
        for piece in cut(pieces, max(_LEAST, round(self.rate * _TICK))):
            done = max(piece.at, force.free.get(piece.towards, 0.0)) + len(piece.data) * each
            force.free[piece.towards] = done
            carried.append(piece._replace(at=done))
        return carried
