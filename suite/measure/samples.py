"""A figure over time, of which only so much is kept."""

from __future__ import annotations

from bisect import bisect_left

_MOST = 20_000
"""Of samples: a quarter of an hour of a round's, hours of a live one's."""


class Samples:
    """What was seen of a figure, at most so many times: of more, neighbours become one, the higher stays.

    All are about equally far apart then; the first and the last are never given up.
    """

    __slots__ = ("_apart", "_most", "times", "values")

    def __init__(self, most: int = _MOST) -> None:
        self.times: list[int] = []
        self.values: list[float] = []
        self._most = most
        self._apart = 0

    def add(self, now: int, value: float) -> None:
        """Note that it is `value` at `now`."""
        times, values = self.times, self.values
        if len(times) > 1 and now - times[-2] < self._apart:
            times[-1], values[-1] = now, max(values[-1], value)
            return
        times.append(now)
        values.append(value)
        if len(times) > self._most:
            gone = values[1:-1:2]
            del times[1:-1:2], values[1:-1:2]
            values[1 : len(gone) + 1] = map(max, values[1:], gone)
            self._apart = (times[-1] - times[0]) // len(times)

    def forget(self, before: int) -> None:
        """Drop the samples before a time, but for the last one."""
        count = max(bisect_left(self.times, before) - 1, 0)
        del self.times[:count], self.values[:count]
        self._apart = 0
