"""Loss: some of what is sent has to be sent again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from suite.contract.loop import Duration
from suite.faults.way_fault import Force, Piece, WayFault
from suite.units import parse

_SEGMENT = 1448
"""Bytes in a segment of TCP on an Ethernet."""
_MOST = 6
"""How often the same segment is lost at most."""


class Loss(WayFault):
    """Segments of TCP get lost, `rate` of them, and are sent again after `stall`, twice that if lost again.

    As TCP has it nothing is missing: what comes behind waits. That senders slow down is not shown.
    """

    measured = True

    def __init__(
        self,
        party: str,
        lasting: Duration | None = None,
        *,
        rate: str | float,
        stall: Duration = 0.2,
        **where: Any,
    ) -> None:
        super().__init__(party, lasting, **where)
        self.rate = parse(rate, "ratio")
        self.stall = parse(stall, "s")

    def problems(self) -> Iterator[str]:
        """See `Fault.problems`."""
        yield from super().problems()
        if not 0 < self.rate < 1:
            yield "rate must be between 0 and 1 (100%)"
        if self.stall <= 0:
            yield "stall must be above 0"

    def carry(self, pieces: list[Piece], force: Force) -> list[Piece]:
        """See `WayFault.carry`."""
        return [piece._replace(at=piece.at + self._stalled(len(piece.data), force)) for piece in pieces]

    def _stalled(self, size: int, force: Force) -> float:
        """Seconds by which the last of some segments is late."""
        rate, times = self.rate * force.strength(), 0
        for _ in range(0, size, _SEGMENT):
            lost = 0
            while lost < _MOST and force.random.random() < rate:
                lost += 1
            times = max(times, lost)
        return float(self.stall * (2**times - 1))
