"""What a system does by the clock, whatever is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_HALVINGS = 60
_ALIKE = 1.3
"""By so much may what is done idle and under load differ where both are the same: few of them are seen."""


@dataclass(frozen=True, slots=True)
class ClockWork:
    """Something done again and again, `rate` times a second where there is nothing else to do.

    What is busy comes to it late, and sets its next time then: while the same operations take T seconds in
    all it is done rate × T / (1 + late × T) times.
    """

    rate: float
    late: float = 0.0

    def within(self, seconds: float) -> float:
        """How often in a window of operations that took so long."""
        return self.rate * seconds / (1 + self.late * seconds)


NONE = ClockWork(0.0)

Clock = Mapping[str, Mapping[int, ClockWork]]
"""By metric and process."""


def fitted(idle: float, short: float, long: float, more: float) -> ClockWork:
    """That which is done `idle` times a second where nothing is asked, and `more` often in windows of `long`
    than in those of `short` seconds.

    What is done much more often there than idle goes with the time that operations take.
    """
    if more <= 0:
        return NONE
    if more >= idle * (long - short):
        alike = more <= _ALIKE * idle * (long - short)
        return ClockWork(idle if alike else more / (long - short))
    low, high = 0.0, 1.0
    while _more(idle, high, short, long) > more:
        low, high = high, 2 * high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _more(idle, middle, short, long) > more else (low, middle)
    return ClockWork(idle, high)


def _more(rate: float, late: float, short: float, long: float) -> float:
    one = ClockWork(rate, late)
    return one.within(long) - one.within(short)
