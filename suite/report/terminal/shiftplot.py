"""A shift plot in text: by quantile, how far head lies from base."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from suite.records.comparison import QuantileShift
from suite.report.compared import point
from suite.report.words import percent
from suite.units import format_quantity

_WIDTH = 45
_LEAST = 0.01
"""The axis reaches so far to both sides at least: less is noise, and would look like much."""
_REACH = 3
"""Intervals may widen the axis to so many times the largest shift."""


def shift_plot(shifts: Sequence[QuantileShift], width: int = _WIDTH) -> Iterator[str]:
    """A line per quantile: both values, the shift, and on an axis the shift (o) in its interval (-).

    `|` is no shift; `<` and `>` are ends beyond the axis. An interval that is not known is not drawn.
    """
    if not shifts:
        return
    largest = max(abs(one.shift.estimate) for one in shifts)
    reach = _REACH * max(largest, _LEAST)
    known = [end for one in shifts for end in (one.shift.low, one.shift.high) if -1 < end < math.inf]
    low = min(-_LEAST, max(min(known, default=0.0), -reach), *(one.shift.estimate for one in shifts))
    high = max(_LEAST, min(max(known, default=0.0), reach), *(one.shift.estimate for one in shifts))

    def place(value: float) -> int:
        return round((min(max(value, low), high) - low) / (high - low) * (width - 1))

    for one in shifts:
        cells = [" "] * width
        if one.shift.low > -1 or one.shift.high < math.inf:
            first, last = place(one.shift.low), place(one.shift.high)
            cells[first : last + 1] = "-" * (last + 1 - first)
            cells[0] = "<" if one.shift.low < low else cells[0]
            cells[-1] = ">" if one.shift.high > high else cells[-1]
        cells[place(0.0)] = "|"
        cells[place(one.shift.estimate)] = "o"
        mark = "> " if one.at_least else ""
        base, head = (mark + format_quantity(value, "s") for value in (one.base, one.head))
        row = f"{point(one):>5}  {base:>9} {head:>9}  {percent(one.shift.estimate):>9}  "
        yield (row + "".join(cells)).rstrip()
    scale = [*f"{percent(low):<{width - len(percent(high))}}{percent(high)}"]
    middle = place(0.0)
    if set(scale[max(middle - 1, 0) : middle + 2]) == {" "}:
        scale[middle] = "0"
    yield f"{'':>39}{''.join(scale)}"
