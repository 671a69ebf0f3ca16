"""How changes look in a chart: a line at each, the levels between them as steps, a label with its size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from suite.report.charts.graph import GraphPoint
from suite.report.charts.svg import BOTTOM, HEIGHT, RIGHT, TOP, WIDTH, Axis, line, text
from suite.report.words import percent
from suite.stats.changepoint import ChangePoint

_LABEL = 170
"""Width of a label."""


def cuts(changes: Sequence[ChangePoint], x: Axis) -> Iterator[str]:
    """A line at each change, and a band where it may be by likelihood. `x` places indices of points."""
    for change in changes:
        start, end = x(max(change.earliest - 0.5, x.low)), x(change.latest - 0.5)
        css = f"change {change.direction} {'' if change.alert else 'small'}"
        if end > start:
            size = f'width="{end - start:g}" height="{HEIGHT - TOP - BOTTOM}"'
            yield f'<rect class="band {css}" x="{start}" y="{TOP}" {size}/>'
        yield f'<path class="cut {css}" d="M{x(change.index - 0.5)},{TOP}V{HEIGHT - BOTTOM}"/>'


def steps(changes: Sequence[ChangePoint], x: Axis, y: Axis) -> str:
    """The level before, between and after the changes; nothing where nothing changed."""
    if not changes:
        return ""
    places: list[tuple[float, float]] = []
    at = x(x.low)
    for change in changes:
        cut = x(change.index - 0.5)
        places += [(at, y(change.before)), (cut, y(change.before)), (cut, y(change.after))]
        at = cut
    places.append((x(x.high), y(changes[-1].after)))
    return line(places, "steps")


def labels(changes: Sequence[ChangePoint], points: Sequence[GraphPoint], x: Axis) -> Iterator[str]:
    """Size and commit above each change, in two rows where they would overlap; large changes first."""
    taken: list[tuple[int, float, float]] = []
    for change in sorted(changes, key=lambda change: -abs(change.change)):
        at = x(change.index - 0.5)
        anchor = "end" if at > WIDTH - RIGHT - _LABEL else "start"
        start, end = (at - _LABEL, at) if anchor == "end" else (at, at + _LABEL)
        free = (
            row
            for row in (0, 1)
            if all(row != other or end <= left or start >= right for other, left, right in taken)
        )
        row = next(free, None)
        if row is None:
            continue
        taken.append((row, start, end))
        arrow = "▲" if change.change > 0 else "▼"
        css = f"label {change.direction} {'' if change.alert else 'small'}"
        words = f"{arrow} {percent(change.change)} at {points[change.index].short}"
        yield text(at, TOP - 8 - 16 * row, words, anchor, css)
