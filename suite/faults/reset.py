"""Reset: connections end at once."""

from __future__ import annotations

from suite.faults.way_fault import Victim, WayFault


class Reset(WayFault):
    """Both ends of a connection that it meets get a reset (RST): those that are there, and new ones."""

    def meet(self, connection: Victim) -> None:
        """See `WayFault.meet`."""
        connection.reset()
