"""Response time and throughput against load, from a document of `suite capacity`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from suite.formats.decoding import reason_from
from suite.records.capacity import SearchResult
from suite.report.reasons import words
from suite.report.site.setting import setting_words
from suite.report.site.svg import (
    BOTTOM,
    HEIGHT,
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
from suite.report.terminal.capacity import answer_words, load_words
from suite.units import format_quantity

_TOP = 20


def capacity_curve(document: Mapping[str, Any], figure: str) -> str | None:
    """`figure` is p99 (in seconds) or throughput; None if fewer than two loads have it."""
    capacity = document["capacity"]
    looks = [look for look in capacity["found"]["looks"] if look["valid"] and look[figure]]
    if len({look["load"] for look in looks}) < 2:
        return None
    unit = "s" if figure == "p99" else "1/s"
    loads = [look["load"] for look in looks]
    wide = max(loads) > 20 * min(loads)
    x = Axis.over(loads, LEFT + 8, WIDTH - RIGHT - 16, log=wide)
    y = Axis.over((look[figure] for look in looks), HEIGHT - BOTTOM, _TOP, log=wide or figure == "p99")
    inner = [*y_grid(y, unit), *_interval(capacity, x)]
    ticks = [tick for tick in x.ticks(8) if capacity["unit"] == "1/s" or math.isclose(tick, round(tick))]
    inner += x_labels([(x(tick), load_words(tick, capacity["unit"])) for tick in ticks], HEIGHT - BOTTOM + 18)
    inner.append(line(_through(looks, figure, x, y), "curve c0"))
    inner += [_look(look, figure, unit, capacity["unit"], x(look["load"]), y(look[figure])) for look in looks]
    inner.append(x_caption("load"))
    return picture(inner, f"{figure} against load, {len(looks)} looks", css="capacity")


def capacity_words(document: Mapping[str, Any]) -> str:
    """The interval in a line."""
    capacity = document["capacity"]
    told = capacity["found"]
    found = SearchResult(told["end"], told["low"], told["high"], told["broke"], (), told.get("spent", False))
    return answer_words(found, capacity["interval"], capacity["unit"])


def capacity_setting(document: Mapping[str, Any]) -> str:
    """Machine, loop and looks of the search."""
    capacity = document["capacity"]
    goal = capacity["goal"]
    searched = {"rate", "users"} if goal["over"] == "users" else {"rate"}
    loop = {name: value for name, value in capacity["loop"].items() if name not in searched}
    looks = f"looks of {format_quantity(goal['seconds'], 's')}, held to {goal['level']} thresholds"
    return f"{setting_words(document['environment'], {**loop, 'seconds': None, 'operations': None})}, {looks}"


def _interval(capacity: Mapping[str, Any], x: Axis) -> Iterator[str]:
    low, high = (end for end in capacity["interval"])
    if low and high and high > low:
        start, end = max(x(low), x.start), min(x(high), x.end)
        ends = " and ".join(load_words(end, capacity["unit"]) for end in (low, high))
        yield (
            f'<rect class="between" x="{start:g}" y="{_TOP}" width="{max(end - start, 2):g}" '
            f'height="{HEIGHT - BOTTOM - _TOP}"><title>the capacity lies between {ends}</title></rect>'
        )


def _through(looks: Sequence[Mapping[str, Any]], figure: str, x: Axis, y: Axis) -> list[tuple[float, float]]:
    """The middle of the looks at each load."""
    values: dict[float, list[float]] = {}
    for look in looks:
        values.setdefault(look["load"], []).append(look[figure])
    return [(x(load), y(sorted(each)[len(each) // 2])) for load, each in sorted(values.items())]


def _look(look: Mapping[str, Any], figure: str, unit: str, loads: str, x: float, y: float) -> str:
    how = {True: "held", False: "broke", None: "not judged"}[look["holds"]]
    tip = "\n".join(
        [
            f"{load_words(look['load'], loads)}: {how}",
            f"{figure} {format_quantity(look[figure], unit)}",
            *(words(reason_from(reason)) for reason in look["reasons"]),
        ]
    )
    if look["holds"] is False:
        return (
            f'<g class="broke"><title>{escape(tip)}</title><circle cx="{x}" cy="{y}" r="7"/>'
            f'<path d="M{x - 4:g},{y - 4:g}l8,8m0,-8l-8,8"/></g>'
        )
    return mark(x, y, tip, "held" if look["holds"] else "pt void", 4)
