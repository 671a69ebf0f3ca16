"""Latency by percentile: whole distributions side by side, so that a tail can't hide."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from suite.records.histogram import Histogram
from suite.report.charts.svg import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Axis,
    layers,
    mark,
    picture,
    x_caption,
    x_labels,
    y_grid,
)
from suite.units import format_quantity

MOST = 4
_SHOWN = (0.0, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999)
_DOTS = (0.5, 0.9, 0.95, 0.99, 0.999, 0.9999)


@dataclass(frozen=True, slots=True)
class Curve:
    """Seconds by quantile, rising; from `bound` on the truth is at least that."""

    name: str
    points: tuple[tuple[float, float], ...]
    bound: float = 1.0
    exact: bool = True

    @property
    def largest(self) -> float:
        """The highest quantile."""
        return self.points[-1][0]


def curve_of(name: str, histogram: Histogram) -> Curve | None:
    """Up to the percentile that ten values decide, None of an empty one."""
    count = histogram.count
    if not count or histogram.min is None:
        return None
    last = max(1 - 10 / count, 0.5)
    steps = 12 * math.log10(1 / (1 - last))
    quantiles = [1 - 10 ** (-step / 12) for step in range(math.floor(steps) + 1)] + [last]
    points, bound = [], 1.0
    quantiles += [quantile for quantile in _DOTS if quantile < last]
    for quantile in sorted({round(q, 7) for q in quantiles}):
        value, beyond = histogram.percentile(quantile)
        if value:
            points.append((quantile, value))
            bound = min(bound, quantile) if beyond else bound
    return Curve(name, tuple(points), bound) if len(points) > 1 else None


def spectrum(curves: Sequence[Curve], words: str) -> str:
    """Seconds (logarithmic) against nines of the quantile, the first curve in front."""
    x = Axis(0, max(_nines(curve.largest) for curve in curves), LEFT + 8, WIDTH - RIGHT - 16)
    y = Axis.over(
        (value for curve in curves for _, value in curve.points), HEIGHT - BOTTOM, TOP - 20, log=True
    )
    labels = [(x(_nines(q)), "min" if not q else f"p{q * 100:g}") for q in _SHOWN if _nines(q) <= x.high]
    labels = [label for label, after in zip(labels, [*labels[1:], None], strict=True) if _apart(label, after)]
    inner = [
        *y_grid(y, "s"),
        *(f'<path class="grid" d="M{at},{TOP - 20}V{HEIGHT - BOTTOM}"/>' for at, _ in labels),
    ]
    inner += x_labels(labels, HEIGHT - BOTTOM + 18)
    inner.append(x_caption("percentile"))
    inner += layers(
        ([(x(_nines(q)), y(value)) for q, value in curve.points], _dots(curve, f"dot c{index}", x, y))
        for index, curve in enumerate(curves)
    )
    return picture(inner, words, css="spectrum")


def _dots(curve: Curve, css: str, x: Axis, y: Axis) -> Iterator[str]:
    for quantile, value in curve.points:
        if quantile in _DOTS:
            sign = "> " if quantile >= curve.bound else ""
            tip = f"p{quantile * 100:g}  {sign}{format_quantity(value, 's')}\n{curve.name}"
            yield mark(x(_nines(quantile)), y(value), tip, css)


def _apart(label: tuple[float, str], after: tuple[float, str] | None) -> bool:
    return after is None or after[0] - label[0] > 34


def _nines(quantile: float) -> float:
    return -math.log10(max(1 - quantile, 1e-9))
