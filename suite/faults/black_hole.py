"""Black hole: what is sent is gone, and nobody says so."""

from __future__ import annotations

from suite.faults.way_fault import Force, Piece, Victim, WayFault


class BlackHole(WayFault):
    """What is sent is swallowed, and never answered. At the end connections that it met are reset.

    So does a firewall that has forgotten a connection; what only waits is a `Partition`.
    """

    swallows = True

    def carry(self, pieces: list[Piece], force: Force) -> list[Piece]:  # noqa: ARG002
        """See `WayFault.carry`."""
        return []

    def leave(self, connection: Victim) -> None:
        """See `WayFault.leave`."""
        connection.reset()
