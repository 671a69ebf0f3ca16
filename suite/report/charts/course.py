"""Values one after another, with the line that runs through them."""

from __future__ import annotations

from collections.abc import Sequence

from suite.report.charts.svg import (
    BOTTOM,
    LEFT,
    RIGHT,
    WIDTH,
    Axis,
    line,
    mark,
    picture,
    x_caption,
    x_labels,
    y_grid,
)
from suite.report.charts.thin import thinned_line
from suite.units import format_quantity

_HEIGHT, _TOP = 200, 16
_PLACES = 240


def course(
    values: Sequence[float], unit: str, words: str, *, below: str, ends: tuple[float, float] | None = None
) -> str | None:
    """`values` by number from 1 on, and a straight line from one of `ends` to the other.

    None of fewer than two. `below` is what is counted on the lower axis.
    """
    if len(values) < 2:
        return None
    x = Axis(1, len(values), LEFT + 16, WIDTH - RIGHT - 16)
    y = Axis.over([*values, *(ends or ())], _HEIGHT - BOTTOM, _TOP)
    points = thinned_line([(float(at), value) for at, value in enumerate(values, 1)], _PLACES)
    ticks = [tick for tick in x.ticks(8) if tick == round(tick)]
    inner = [*y_grid(y, unit), *x_labels([(x(tick), f"{tick:g}") for tick in ticks], _HEIGHT - BOTTOM + 18)]
    inner.append(line([(x(at), y(value)) for at, value in points], "run"))
    if ends is not None:
        inner.append(line([(x(x.low), y(ends[0])), (x(x.high), y(ends[1]))], "steps"))
    inner += [
        mark(x(at), y(value), f"{format_quantity(value, unit)}\n{below} {at:g}") for at, value in points
    ]
    inner.append(x_caption(below, _HEIGHT))
    return picture(inner, words, height=_HEIGHT, css="course")
