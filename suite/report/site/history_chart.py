"""A metric over commits: its values, its levels as a step line, its changes; and all that in small."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from suite.history.changepoint import ChangePoint
from suite.report.site.svg import (
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
    text,
    x_labels,
    y_grid,
)
from suite.report.site.track import Point, Track, title
from suite.units import format_quantity

MOST = 300
"""Points that a chart shows: the newest ones."""
_LABEL = 112
_REACH = 0.3
_SPARK = (120, 28)


def history_chart(track: Track) -> str:
    """The newest points of `track`, as SVG."""
    skipped = max(len(track.points) - MOST, 0)
    points = track.points[skipped:]
    changes = [change for change in track.changes if change.index > skipped]
    x = Axis(0, max(len(points) - 1, 1), LEFT + 16, WIDTH - RIGHT - 16)
    if len(points) == 1:
        x = Axis(-1, 1, x.start, x.end)
    y = Axis.over(_heights(points), HEIGHT - BOTTOM, TOP if changes else TOP - 26)
    named = _labelled(len(points))
    inner = [
        *y_grid(y, track.unit),
        *x_labels([(x(i), points[i].short) for i in named], HEIGHT - BOTTOM + 18),
        *x_labels([(x(i), points[i].when[:10]) for i in named], HEIGHT - BOTTOM + 34, "faint"),
        *_bands(changes, skipped, x),
        line([(x(i), y(p.value)) if p.value is not None else None for i, p in enumerate(points)], "run"),
        *_whiskers(points, x, y),
        _steps(changes, skipped, len(points), x, y),
        *_points(track, points, x, y),
        *_labels(changes, skipped, points, x),
    ]
    return picture(
        inner, f"{title(track.metric)} over {len(points)} points, {_words(changes)}", css="history"
    )


def sparkline(track: Track) -> str:
    """The newest points in small, the last one marked."""
    width, height = _SPARK
    values = [point.value for point in track.points[-MOST:]]
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
    words = f"{title(track.metric)}, {len(known)} values, the last {format_quantity(known[-1], track.unit)}"
    return picture([line(places, "run"), dot], words, width=width, height=height, css="spark")


def change_words(change: ChangePoint) -> str:
    """Its size with a sign: "+12 %"."""
    return share_words(change.change)


def share_words(share: float) -> str:
    """A ratio less 1 with a sign: "−3.2 %"."""
    words = f"{share * 100:+,.0f} %" if abs(share) >= 0.1 else f"{share * 100:+.1f} %"
    return words.replace("-", "−")


def _heights(points: Sequence[Point]) -> Iterator[float]:
    for point in points:
        yield from (v for v in (point.value, point.shown) if v is not None)
        if point.value is not None and point.low is not None and point.high is not None:
            # Of few rounds an interval may be so wide that it would flatten the history.
            reach = abs(point.value) * _REACH
            yield from (max(point.low, point.value - reach), min(point.high, point.value + reach))


def _labelled(count: int, most: int = 7) -> list[int]:
    if count <= most:
        return list(range(count))
    return sorted({round(i * (count - 1) / (most - 1)) for i in range(most)})


def _bands(changes: Sequence[ChangePoint], skipped: int, x: Axis) -> Iterator[str]:
    """Where each change may be by likelihood, and its line."""
    for change in changes:
        start, end = x(max(change.earliest - skipped, 0) - 0.5), x(change.latest - skipped - 0.5)
        css = f"change {change.direction} {'' if change.alert else 'small'}"
        if end > start:
            size = f'width="{end - start:g}" height="{HEIGHT - TOP - BOTTOM}"'
            yield f'<rect class="band {css}" x="{start}" y="{TOP}" {size}/>'
        yield f'<path class="cut {css}" d="M{x(change.index - skipped - 0.5)},{TOP}V{HEIGHT - BOTTOM}"/>'


def _whiskers(points: Sequence[Point], x: Axis, y: Axis) -> Iterator[str]:
    if len(points) > 80:
        return
    for i, point in enumerate(points):
        if point.value is not None and point.low is not None and point.high is not None:
            low, high = max(point.low, y.low), min(point.high, y.high)
            yield f'<path class="whisker" d="M{x(i)},{y(low)}V{y(high)}"/>'


def _steps(changes: Sequence[ChangePoint], skipped: int, count: int, x: Axis, y: Axis) -> str:
    """The level before, between and after the changes; none where nothing changed."""
    if not changes:
        return ""
    places: list[tuple[float, float]] = []
    at = x(0)
    for change in changes:
        cut = x(change.index - skipped - 0.5)
        places += [(at, y(change.before)), (cut, y(change.before)), (cut, y(change.after))]
        at = cut
    places.append((x(count - 1), y(changes[-1].after)))
    return line(places, "steps")


def _points(track: Track, points: Sequence[Point], x: Axis, y: Axis) -> Iterator[str]:
    radius = 3.4 if len(points) <= 80 else 2.2
    for i, point in enumerate(points):
        value = point.value if point.value is not None else point.shown
        if value is None:
            continue
        interval = ""
        if point.low is not None and point.high is not None:
            interval = (
                f" ({format_quantity(point.low, track.unit)} to {format_quantity(point.high, track.unit)})"
            )
        when = point.when[:16].replace("T", " ")
        tip = f"{format_quantity(value, track.unit)}{interval}\n{point.short}  {when}"
        css = "pt" if point.value is not None else "pt void"
        yield mark(
            x(i), y(value), f"{tip}\n{point.note}".strip(), f"{css} doubt" if point.note else css, radius
        )


def _labels(changes: Sequence[ChangePoint], skipped: int, points: Sequence[Point], x: Axis) -> Iterator[str]:
    """Size and commit above each change, in two rows where they would overlap."""
    ends = [-1e9, -1e9]
    for change in changes:
        at = x(change.index - skipped - 0.5)
        anchor = "end" if at > WIDTH - RIGHT - _LABEL else "start"
        start = at - _LABEL if anchor == "end" else at
        row = next((row for row, end in enumerate(ends) if start > end), None)
        if row is None:
            continue
        ends[row] = start + _LABEL
        arrow = "▲" if change.change > 0 else "▼"
        css = f"label {change.direction} {'' if change.alert else 'small'}"
        words = f"{arrow} {change_words(change)} at {points[change.index - skipped].short}"
        yield text(at, TOP - 8 - 16 * row, words, anchor, css)


def _words(changes: Sequence[ChangePoint]) -> str:
    count = len(changes)
    return "no change found" if not count else f"{count} change{'' if count == 1 else 's'} found"
