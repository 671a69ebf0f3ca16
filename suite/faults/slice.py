"""Slice: data comes in small parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from suite.contract.loop import Duration
from suite.faults.way_fault import Force, Piece, WayFault, cut
from suite.units import parse

_SHORTEST = 0.001


class Slice(WayFault):
    """Data arrives in parts of `size` bytes, `pause` apart: finds who takes one read for one message."""

    def __init__(
        self,
        party: str,
        lasting: Duration | None = None,
        *,
        size: int,
        pause: Duration = _SHORTEST,
        **where: Any,
    ) -> None:
        super().__init__(party, lasting, **where)
        self.size = size
        self.pause = parse(pause, "s")

    def problems(self) -> Iterator[str]:
        """See `Fault.problems`."""
        yield from super().problems()
        if self.size < 1:
            yield "size must be at least 1"
        if self.pause < _SHORTEST:
            yield "pause must be at least 1 ms: closer parts become one again"

    def carry(self, pieces: list[Piece], force: Force) -> list[Piece]:  # noqa: ARG002
        """See `WayFault.carry`."""
        parts = cut(pieces, self.size)
        return [part._replace(at=part.at + number * self.pause) for number, part in enumerate(parts)]
