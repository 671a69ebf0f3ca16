"""The Universal Scalability Law fitted to throughput against concurrency."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from suite.records.capacity import Scaling
from suite.records.reason import Reason

_LEAST_POINTS = 5
_ROUNDS = 20
_FAR = 2.0
"""A peak beyond so many times the highest concurrency seen is an extrapolation."""
Floats = npt.NDArray[np.float64]


def fit_scaling(points: Sequence[tuple[float, float]]) -> Scaling:
    """Fit (concurrency, throughput) `points`, at least five different concurrencies, by least squares.

    After Gunther, Guerrilla Capacity Planning (2007), chapters 4 to 6. Contention and coherence
    are never negative, contention never above 1. Concurrencies below 1, which the law does not know,
    are left out.
    """
    clean = tuple(sorted((float(n), float(x)) for n, x in points if n >= 1 and x > 0))
    different = len({round(n, 6) for n, _ in clean})
    if different < _LEAST_POINTS:
        return Scaling(clean, fit=Reason("few_points", {"points": different, "wanted": _LEAST_POINTS}))
    n, x = (np.array(column) for column in zip(*clean, strict=True))
    contention, coherence = _fitted(n, x)
    rate, error = _best_rate(n, x, contention, coherence)
    spread = float(((x - x.mean()) ** 2).sum())
    r_squared = 1 - error / spread if spread > 0 else float(error <= 1e-9 * float((x**2).sum()))
    peak = math.sqrt((1 - contention) / coherence) if coherence > 0 and contention < 1 else None
    if peak is not None and peak < 1:
        peak = 1.0
    highest = None if peak is None else float(rate * _shape(np.array([peak]), contention, coherence)[0])
    fit = _fit(r_squared, peak, float(n.max()), float(n.min()))
    return Scaling(clean, rate, contention, coherence, r_squared, peak, highest, fit)


def _shape(n: Floats, contention: Floats | float, coherence: Floats | float) -> Floats:
    return np.asarray(n / (1 + contention * (n - 1) + coherence * n * (n - 1)), np.float64)


def _best_rate(n: Floats, x: Floats, contention: float, coherence: float) -> tuple[float, float]:
    """The rate with the least sum of squares, and that sum."""
    shape = _shape(n, contention, coherence)
    rate = float((x * shape).sum() / (shape**2).sum())
    return rate, float(((x - rate * shape) ** 2).sum())


def _fitted(n: Floats, x: Floats) -> tuple[float, float]:
    """Contention and coherence of the least error.

    N / X is linear in 1 / rate, contention / rate and coherence / rate. An error of it, times X and the
    fitted X over N, is the error of X: solving with these weights over and over fits X itself. Every
    bound (contention 0 or 1, coherence 0) is tried, and the best that keeps to them all wins.
    """
    best, least = (0.0, 0.0), math.inf
    one, contention, coherence = np.ones_like(n), n - 1, n * (n - 1)
    for columns in (
        (one, contention, coherence),
        (one, contention, None),
        (one, None, coherence),
        (one, None, None),
        (n, None, coherence),
        (n, None, None),
    ):
        model, weights = x, x * x / n
        for _ in range(_ROUNDS):
            used = [column for column in columns if column is not None]
            scaled = np.stack(used, axis=1) * weights[:, None]
            size = np.maximum(np.abs(scaled).max(axis=0), 1e-300)
            found = np.linalg.lstsq(scaled / size, weights * n / x, rcond=None)[0] / size
            values = iter(found.tolist())
            a, b, c = (next(values) if column is not None else 0.0 for column in columns)
            if columns[0] is n:
                b = a
            if not (a > 0 and 0 <= b <= a and c >= 0):
                break
            error = _best_rate(n, x, b / a, c / a)[1]
            if error < least:
                best, least = (b / a, c / a), error
            model = n / (a * one + b * contention + c * coherence)
            if not (np.isfinite(model).all() and (model > 0).all()):
                break
            weights = x * model / n
    return best


def _fit(r_squared: float, peak: float | None, most: float, least: float) -> Reason:
    quality = "good" if r_squared >= 0.95 else "fair" if r_squared >= 0.8 else "poor"
    kind = "fit_without_peak" if peak is None else "fit_extrapolated" if peak > _FAR * most else "fit"
    return Reason(kind, {"quality": quality, "r_squared": r_squared, "least": least, "most": most})
