"""A metric over commits: its values, its levels as a step line, its changes; and all that in small."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from suite.report.charts.change_marks import cuts, labels, steps
from suite.report.charts.graph import Graph, GraphPoint
from suite.report.charts.svg import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Axis,
    line,
    mark,
    picture,
    x_labels,
    y_grid,
)
from suite.report.charts.thin import thinned
from suite.report.words import title
from suite.units import format_quantity

MOST = 300
"""Marks in a chart; of a longer history each stands for several points."""
_FEW = 80
_LABELS, _LABEL = 7, 96
"""How many below the axis, and how wide in pixels."""
_REACH = 0.3
_SPARK, _SPARKS = (120, 28), 60


def history_chart(graph: Graph) -> str:
    """The history of `graph` from its first value on, as SVG."""
    count, changes, first = len(graph.points), graph.changes, graph.first
    points, size = thinned(graph.points[first:], MOST)
    x = Axis(first, count - 1, LEFT + 16, WIDTH - RIGHT - 16)
    if count - first == 1:
        x = Axis(first - 1, first + 1, x.start, x.end)
    y = Axis.over(_heights(points), HEIGHT - BOTTOM, TOP if changes else TOP - 26)
    at = [x(min(first + index * size + (size - 1) / 2, count - 1)) for index in range(len(points))]
    named = _labelled(at)
    values = (
        (where, y(point.value)) if point.value is not None else None
        for where, point in zip(at, points, strict=True)
    )
    inner = [
        *y_grid(y, graph.unit),
        *x_labels([(at[i], points[i].short) for i in named], HEIGHT - BOTTOM + 18),
        *x_labels([(at[i], points[i].when[:10]) for i in named], HEIGHT - BOTTOM + 34, "faint"),
        *cuts(changes, x),
        *_whiskers(points, at, y),
        line(values, "run"),
        steps(changes, x, y),
        *_marks(graph.unit, points, at, y),
        *labels(changes, graph.points, x),
    ]
    found = f"{len(changes)} change{'' if len(changes) == 1 else 's'} found"
    return picture(inner, f"{title(graph.metric)} over {count - first} points, {found}", css="history")


def sparkline(graph: Graph) -> str:
    """The history in small, the last value marked."""
    width, height = _SPARK
    points = thinned(graph.points[graph.first :], _SPARKS)[0]
    values = [point.value for point in points]
    if all(value is None for value in values):
        values = [point.shown for point in points]
    if not any(value is not None for value in values):
        return ""
    known = [value for value in values if value is not None]
    x = Axis(0, len(values) - 1, 4, width - 6) if len(values) > 1 else Axis(-1, 1, 4, width - 6)
    low, high = min(known), max(known)
    air = (high - low) * 0.1 or abs(high) * 0.1 or 1.0
    y = Axis(low - air, high + air, height - 4, 4)
    places = [(x(i), y(value)) if value is not None else None for i, value in enumerate(values)]
    last = next(place for place in reversed(places) if place is not None)
    dot = f'<circle class="last" cx="{last[0]:g}" cy="{last[1]:g}" r="2.6"/>'
    words = f"{title(graph.metric)}, {len(known)} values, the last {format_quantity(known[-1], graph.unit)}"
    return picture([line(places, "run"), dot], words, width=width, height=height, css="spark")


def _heights(points: Sequence[GraphPoint]) -> Iterator[float]:
    for point in points:
        yield from (v for v in (point.value, point.shown) if v is not None)
        if point.value is not None and point.low is not None and point.high is not None:
            # Of few rounds an interval may be so wide that it would flatten the history.
            reach = abs(point.value) * _REACH
            yield from (max(point.low, point.value - reach), min(point.high, point.value + reach))


def _labelled(at: Sequence[float]) -> list[int]:
    """Which of these places have a label: from the last on, as far apart as labels are wide or farther."""
    chosen = [len(at) - 1]
    wide = max(_LABEL, (at[-1] - at[0]) / (_LABELS - 1) - 1)
    for index in reversed(range(len(at) - 1)):
        if at[chosen[-1]] - at[index] >= (wide if index else _LABEL):
            chosen.append(index)
    return chosen[::-1]


def _whiskers(points: Sequence[GraphPoint], at: Sequence[float], y: Axis) -> Iterator[str]:
    for x, point in zip(at, points, strict=True):
        if point.value is not None and point.low is not None and point.high is not None:
            low, high = max(point.low, y.low), min(point.high, y.high)
            yield f'<path class="whisker" d="M{x},{y(low)}V{y(high)}"/>'


def _marks(unit: str, points: Sequence[GraphPoint], at: Sequence[float], y: Axis) -> Iterator[str]:
    radius = 3.4 if len(points) <= _FEW else 2.2
    for x, point in zip(at, points, strict=True):
        value = point.level
        if value is not None:
            doubt = "doubt" if point.doubtful else ""
            void = "void" if point.value is None else ""
            yield mark(x, y(value), _tip(unit, point), f"pt {void} {doubt}".rstrip(), radius)


def _tip(unit: str, point: GraphPoint) -> str:
    words = point.words(unit)
    if point.low is not None and point.high is not None:
        words += f" ({format_quantity(point.low, unit)} to {format_quantity(point.high, unit)})"
    return f"{words}\n{point.short}  {point.when[:16].replace('T', ' ')}\n{point.note}".rstrip()
