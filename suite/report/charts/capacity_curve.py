"""Response time and throughput against load, as a search for the capacity saw them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal

from suite.records.capacity import Capacity, Probe
from suite.report.charts.svg import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    WIDTH,
    Axis,
    escaped,
    line,
    mark,
    picture,
    x_caption,
    x_labels,
    y_grid,
)
from suite.report.reasons import words
from suite.report.terminal.capacity import load_words
from suite.units import format_quantity

_TOP = 20
Figure = Literal["p99", "throughput"]


def capacity_curve(capacity: Capacity, figure: Figure) -> str | None:
    """`figure` in seconds or 1/s; None if fewer than two loads have it."""
    looks = [
        (look, value) for look in capacity.found.looks if look.valid and (value := getattr(look, figure))
    ]
    if len({look.load for look, _ in looks}) < 2:
        return None
    unit = "s" if figure == "p99" else "1/s"
    loads = [look.load for look, _ in looks]
    wide = max(loads) > 20 * min(loads)
    x = Axis.over(loads, LEFT + 8, WIDTH - RIGHT - 16, log=wide)
    y = Axis.over((value for _, value in looks), HEIGHT - BOTTOM, _TOP, log=wide or figure == "p99")
    inner = [*y_grid(y, unit), *_interval(capacity, x)]
    ticks = [tick for tick in x.ticks(8) if capacity.unit != "users" or math.isclose(tick, round(tick))]
    inner += x_labels([(x(tick), load_words(tick, capacity.unit)) for tick in ticks], HEIGHT - BOTTOM + 18)
    inner.append(line(_through(looks, x, y), "curve c0"))
    inner += [
        _look(look, f"{figure} {format_quantity(value, unit)}", capacity.unit, x(look.load), y(value))
        for look, value in looks
    ]
    inner.append(x_caption("load"))
    return picture(inner, f"{figure} against load, {len(looks)} looks", css="capacity")


def _interval(capacity: Capacity, x: Axis) -> Iterator[str]:
    low, high = capacity.interval
    if low and high and high > low:
        start, end = max(x(low), x.start), min(x(high), x.end)
        ends = " and ".join(load_words(end, capacity.unit) for end in (low, high))
        yield (
            f'<rect class="between" x="{start:g}" y="{_TOP}" width="{max(end - start, 2):g}" '
            f'height="{HEIGHT - BOTTOM - _TOP}"><title>the capacity lies between {ends}</title></rect>'
        )


def _through(looks: Sequence[tuple[Probe, float]], x: Axis, y: Axis) -> list[tuple[float, float]]:
    """The middle of the looks at each load."""
    values: dict[float, list[float]] = {}
    for look, value in looks:
        values.setdefault(look.load, []).append(value)
    return [(x(load), y(sorted(each)[len(each) // 2])) for load, each in sorted(values.items())]


def _look(look: Probe, told: str, loads: str, x: float, y: float) -> str:
    how = {True: "held", False: "broke", None: "not judged"}[look.holds]
    tip = "\n".join([f"{load_words(look.load, loads)}: {how}", told, *map(words, look.reasons)])
    if look.holds is False:
        return (
            f'<g class="broke"><title>{escaped(tip)}</title><circle cx="{x}" cy="{y}" r="7"/>'
            f'<path d="M{x - 4:g},{y - 4:g}l8,8m0,-8l-8,8"/></g>'
        )
    return mark(x, y, tip, "held" if look.holds else "pt void", 4)
