"""A metric's history made ready to be searched: gaps out, logs where they mean something, noise known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from suite.stats.noise import noise
from suite.stats.spikes import collapsed

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Series:
    """What was measured, without gaps.

    `given` are the values, `raw` the same as they are tested, natural logs if `logs`, and `calm` these
    with spikes collapsed. `position` tells where in the history each is. `deviation` is the noise about
    the level, and `inflation` how many values it takes to say what one free of its neighbours would.
    """

    given: Floats
    raw: Floats
    calm: Floats
    position: npt.NDArray[np.int64]
    logs: bool
    deviation: float
    inflation: float

    @classmethod
    def of(cls, values: Sequence[float | None] | Floats, start: int = 0) -> Self:
        """`values` but for None, nan and infinities; on logs if all are above 0.

        The first has position `start`.
        """
        every = np.array(values, np.float64)  # None becomes nan
        position = np.flatnonzero(np.isfinite(every))
        given = every[position]
        logs = bool((given > 0).all())
        raw = np.log(given) if logs else given
        deviation, inflation = noise(raw)
        return cls(given, raw, collapsed(raw, deviation), position + start, logs, deviation, inflation)

    def __len__(self) -> int:
        return len(self.raw)

    def without(self, slope: float) -> Self:
        """The same without a trend of `slope` per value."""
        trend = slope * (np.arange(len(self)) - (len(self) - 1) / 2)
        return replace(self, raw=self.raw - trend, calm=self.calm - trend)

    def measured(self, level: float) -> float:
        """A level of the tested values in the unit of the given ones."""
        return float(np.exp(level)) if self.logs else level
