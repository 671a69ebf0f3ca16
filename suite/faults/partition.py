"""Partition: nothing gets through, and then all of it does."""

from __future__ import annotations

from suite.faults.way_fault import WayFault


class Partition(WayFault):
    """Nothing passes while it lasts, in one direction or both; nor does a new connection.

    What was sent meanwhile arrives when it ends, as what TCP sends again. The proxy itself still takes
    connections: a client sees no answer, not a connect that hangs.
    """

    holds = True
