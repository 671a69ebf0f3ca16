"""How many retries there may be, whatever fails."""

from __future__ import annotations


class RetryBudget:
    """Retries are at most the share `ratio` of requests, and `reserve` more."""

    def __init__(self, ratio: float, reserve: float) -> None:
        self._ratio, self._most = ratio, reserve
        self._left = reserve

    def earn(self) -> None:
        """A request came."""
        self._left = min(self._left + self._ratio, self._most)

    def spend(self) -> bool:
        """Take a retry out of it; whether there was one."""
        if self._left < 1:
            return False
        self._left -= 1
        return True
