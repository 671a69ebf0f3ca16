"""How far metrics of two sides lie apart: a row each, the shift in its interval."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from suite.records.comparison import Change, Shift
from suite.report.charts.svg import RIGHT, WIDTH, Axis, escaped, picture, text
from suite.report.compared import brief
from suite.report.words import first_line, percent

_LEFT, _ROW, _TOP, _BELOW = 230, 24, 10, 30
_ROWS, _NAME = 40, 30
_REACH, _LEAST = 3, 0.02
"""Intervals widen the axis to so many times the largest shift; it reaches so far at least."""


def shift_chart(changes: Sequence[Change]) -> str | None:
    """Relative shifts of `changes` on one axis; None where there is none to draw."""
    rows = [(one, one.shift) for one in changes if one.shift is not None and one.relative]
    rows = [(one, shift) for one, shift in rows if math.isfinite(shift.estimate)][:_ROWS]
    if not rows:
        return None
    reach = _REACH * max(_LEAST, *(abs(shift.estimate) for _, shift in rows))
    ends = [end for _, shift in rows for end in (shift.low, shift.high) if math.isfinite(end)]
    low = min(-_LEAST, max(min(ends, default=0.0), -reach), *(shift.estimate for _, shift in rows))
    high = max(_LEAST, min(max(ends, default=0.0), reach), *(shift.estimate for _, shift in rows))
    x = Axis(low, high, _LEFT, WIDTH - RIGHT - 30)
    bottom = _TOP + _ROW * len(rows)
    inner = [f'<path class="grid" d="M{x(tick)},{_TOP}V{bottom}"/>' for tick in x.ticks()]
    inner += [
        text(x(tick), bottom + 18, percent(tick) if tick else "0", "middle", "faint") for tick in x.ticks()
    ]
    inner.append(f'<path class="zero" d="M{x(0.0)},{_TOP}V{bottom}"/>')
    for index, (change, shift) in enumerate(rows):
        inner += _row(change, shift, x, _TOP + _ROW * index + _ROW / 2)
    return picture(inner, f"shifts of {len(rows)} metrics", height=bottom + _BELOW, css="shifts")


def _row(change: Change, shift: Shift, x: Axis, y: float) -> Iterator[str]:
    first, last = (x(min(max(end, x.low), x.high)) for end in (shift.low, shift.high))
    tip = escaped(f"{first_line(change.metric, 100)}: {brief(change)}\n{change.verdict}")
    yield text(_LEFT - 14, y + 4, first_line(change.metric, _NAME), "end")
    yield f'<g class="shift {change.verdict}"><title>{tip}</title>'
    yield f'<path d="M{first},{y:g}H{last}"/><circle cx="{x(shift.estimate)}" cy="{y:g}" r="4"/></g>'
