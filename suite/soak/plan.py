"""How long a soak is, and how it is cut into windows."""

from __future__ import annotations

import math
from dataclasses import dataclass

from suite.errors import ConfigurationError

LEAST = 20
"""Fewer windows say nothing of a trend where neighbours resemble each other."""
MOST = 3_000
"""Every window is compared with every other."""
_USUAL = 120
_SHORTEST, _LONGEST = 1.0, 300.0
_CENTURY = 100 * 365 * 86_400.0
_WARM = 2
"""So many windows' time is the warm-up."""


@dataclass(frozen=True, slots=True)
class SoakLength:
    """`seconds` of load that count, in windows of `window` seconds, after `warmup` seconds from each start.

    What is None is chosen: windows of at most five minutes, about 120 of them. Raises ConfigurationError for
    too few or too many windows.
    """

    seconds: float
    window: float
    warmup: float

    @classmethod
    def of(
        cls, seconds: float, window: float | None = None, warmup: float | None = None, *, cycle: float = 0.0
    ) -> SoakLength:
        """With what is not given as it is usual: windows are whole cycles of a load that comes again."""
        if seconds <= 0:
            raise ConfigurationError("a soak of more than 0 seconds is wanted")
        if not seconds < _CENTURY:
            raise ConfigurationError("a soak of less than a century is wanted")
        if window is None:
            usual = min(max(seconds / _USUAL, _SHORTEST), _LONGEST)
            window = max(usual, seconds / MOST)
            if cycle:
                window = math.ceil(window / cycle) * cycle
        if window <= 0:
            raise ConfigurationError("--window: a time above 0 is wanted")
        if warmup is None:
            warmup = _WARM * window
        if warmup < 0:
            raise ConfigurationError("--warmup: a time can't be negative")
        found = cls(seconds, window, warmup)
        if found.windows < LEAST:
            raise ConfigurationError(
                f"{seconds:g} s are {found.windows} windows of {window:g} s, and drift needs {LEAST}; "
                f"give a longer time, or --window {_told(seconds / LEAST)} or less"
            )
        if found.windows > MOST:
            raise ConfigurationError(
                f"{seconds:g} s are {found.windows:,} windows of {window:g} s, and {MOST:,} can be compared; "
                f"give --window {_told(seconds / MOST)} or more"
            )
        return found

    @property
    def windows(self) -> int:
        """How many windows count."""
        return round(self.seconds / self.window)


def _told(seconds: float) -> str:
    return f"{seconds:.3g}s"
