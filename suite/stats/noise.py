"""How noisy a series is between its changes, and how much its neighbours resemble one another."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from suite.stats.seeded_intervals import prominent

Floats = npt.NDArray[np.float64]
_KEPT = 0.9
"""The share of differences that count: steps and spikes are in the rest."""
_OF_NORMAL = 0.6230
"""The variance of a normal distribution without its outermost tenth, by the whole one."""
_MOST = 0.9
_FEWEST = 4
_PLAIN = 12.0


def noise(values: Floats) -> tuple[float, float]:
    """Standard deviation of the noise, and how many dependent values carry what one free one does.

    Both come from differences of neighbours, which hardly know levels: with a dependence that fades from
    one value to the next (rho), differences over two steps are 1 + rho times as wide (in variance) as
    those over one. After Tecuapetla-Gómez and Munk, Autocovariance estimation in regression with a
    discontinuous signal (2017). The second figure is (1 + rho) / (1 - rho), at least 1; what chance
    makes of rho in short series is taken off. Steps so high that no dependence explains them are
    levelled first: in a short series they would pass for it.
    """
    if len(values) < _FEWEST:
        return 0.0, 1.0
    rough = math.sqrt(_square(np.diff(values)) / 2)
    parts = np.split(values, prominent(values, _PLAIN * rough)) if rough else [values]
    rest = np.concatenate([part - part.mean() for part in parts])
    one, two = _square(np.diff(rest)), _square(rest[2:] - rest[:-2])
    if one <= 0:
        return 0.0, 1.0
    rho = min(_MOST, max(0.0, two / one - 1 - 1 / math.sqrt(len(values))))
    return math.sqrt(one / 2 / (1 - rho)), (1 + rho) / (1 - rho)


def _square(differences: Floats) -> float:
    kept = np.sort(np.abs(differences))[: int(np.ceil(_KEPT * len(differences)))]
    return float(np.mean(kept**2)) / _OF_NORMAL
