"""One plan of starts for several, of which each takes its share; who they are may change while it runs."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from suite.records.recording import Times


class PlanShare:
    """Starts of a whole plan, of which this one hands out those that are its own.

    Of `members` it takes each start whose place in the plan leaves `mine` as a remainder: all together take
    each once, and none is bound to another's bursts.
    """

    def __init__(self, starts: Times) -> None:
        self._starts = starts
        self._next = 0
        self._since: list[int] = []
        self._shares: list[tuple[int, int]] = []

    def share(self, since: int, members: int, mine: int) -> None:
        """From the time `since` on there are so many members, and this is number `mine` of them (from 0)."""
        self._since.append(since)
        self._shares.append((members, mine))

    def due(self, until: int) -> Times:
        """Own starts before `until` that have not been handed out; none where it has no share."""
        last = int(np.searchsorted(self._starts, until))
        places = np.arange(self._next, last)
        self._next = max(self._next, last)
        found = [place for place in places.tolist() if self._is_mine(place)]
        return self._starts[found]

    @property
    def over(self) -> bool:
        """Whether there is nothing left to hand out, for anybody."""
        return self._next >= len(self._starts)

    def _is_mine(self, place: int) -> bool:
        at = bisect_right(self._since, int(self._starts[place])) - 1
        if at < 0:
            return False
        members, mine = self._shares[at]
        return place % members == mine
