"""A small scatter plot in text: response time against load."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from suite.units import format_quantity

_HEIGHT, _WIDTH = 10, 56
_TICKS = (0, _HEIGHT // 2, _HEIGHT - 1)
Mark = tuple[float, float, str]


def plot(marks: Sequence[Mark], *, x_unit: str, y_unit: str, width: int = _WIDTH) -> Iterator[str]:
    """Lines of a plot of `marks` (x, y, character), both axes logarithmic; none of fewer than two places.

    Where marks fall on one place the last one shows. x and y must be above 0; other marks are left out.
    """
    marks = [mark for mark in marks if mark[0] > 0 and mark[1] > 0]
    if len({mark[:2] for mark in marks}) < 2:
        return
    xs, ys = [mark[0] for mark in marks], [mark[1] for mark in marks]
    grid = [[" "] * width for _ in range(_HEIGHT)]
    for x, y, character in marks:
        grid[_HEIGHT - 1 - _place(y, ys, _HEIGHT)][_place(x, xs, width)] = character
    titles = {_HEIGHT - 1 - tick: format_quantity(_at(tick, ys, _HEIGHT), y_unit) for tick in _TICKS}
    left = max(map(len, titles.values()))
    for row, cells in enumerate(grid):
        yield f"{titles.get(row, ''):>{left}} | {''.join(cells)}".rstrip()
    yield f"{'':>{left}} +{'-' * (width + 1)}"
    low, high = (
        format_quantity(end, x_unit) if x_unit == "1/s" else f"{end:,.0f}" for end in (min(xs), max(xs))
    )
    yield f"{'':>{left}}   {low}{high:>{max(width - len(low), len(high) + 1)}}"


def _place(value: float, values: Sequence[float], places: int) -> int:
    low, high = math.log(min(values)), math.log(max(values))
    return round((math.log(value) - low) / (high - low) * (places - 1)) if high > low else 0


def _at(place: int, values: Sequence[float], places: int) -> float:
    low, high = math.log(min(values)), math.log(max(values))
    return math.exp(low + (high - low) * place / (places - 1))
