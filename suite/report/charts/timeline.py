"""One Run second by second: memory, completed operations, CPU, what the system said of itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from suite.records.run import Run
from suite.report.charts.svg import (
    BOTTOM,
    LEFT,
    RIGHT,
    WIDTH,
    Axis,
    escaped,
    layers,
    mark,
    picture,
    text,
    x_caption,
    x_labels,
    y_grid,
)
from suite.report.charts.thin import thinned_line
from suite.report.words import first_line
from suite.units import format_quantity

SHOWN = {
    "memory": ("B", "memory of the system"),
    "p99": ("s", "response p99 at that time"),
    "completed": ("1/s", "operations completed per second"),
    "failed": ("1/s", "operations that failed per second"),
    "rejected": ("1/s", "operations that were rejected per second"),
    "retries": ("1/s", "further attempts per second"),
    "cpu": ("1", "cores used by the system"),
}
_COUNTS = ("completed", "failed", "rejected", "retries")
_RARE = ("failed", "rejected", "retries")
_MARKS, _PLACES = 120, 600
"""So many points with words, and so many places of a line; of a longer one spikes stay."""
_SAID = 8
"""Figures of what a system said of itself."""
_FAULTS, _NAME, _LETTER = 100, 40, 7
"""So many faults; letters of a fault's name; pixels of one, about."""
_HEIGHT, _TOP = 220, 16
_DEEP = _HEIGHT - _TOP - BOTTOM


def timeline(runs: Sequence[Run], name: str) -> str | None:
    """The series `name` of `runs`, the newest first and in front.

    None if the newest has no two values, or if it is about what never happened.
    """
    unit, words = SHOWN[name]
    drawn = [_points(run, name) for run in runs]
    if name in _RARE and not any(value for points in drawn for _, value in points):
        return None
    return _drawn(runs, drawn, unit, words)


def together(run: Run, names: Sequence[str], words: str) -> tuple[str, list[str]] | None:
    """Several series of one Run in one drawing, and the names of those that say anything; None if the first
    has no two values. All have one unit."""
    shown = [name for name in names if name == names[0] or any(value for _, value in _points(run, name))]
    drawing = _drawn([run], [_points(run, name) for name in shown], SHOWN[names[0]][0], words)
    return None if drawing is None else (drawing, shown)


def observed_timelines(runs: Sequence[Run]) -> Iterator[tuple[str, str | None]]:
    """Words and drawings of what the system said of itself in the newest of `runs`.

    Counters that only moved since the first fault come first, then figures of pools, at most eight in all.
    Of a counter it is what it grew by per second.
    """
    if not runs:
        return
    begins = [one.began for one in runs[0].incidents if not one.round and one.began is not None]
    said = {source.source: source for source in runs[0].observed}
    roused = [(key, name) for key, one in said.items() for name in one.roused(min(begins, default=0.0))]
    pools = [(key, name) for key, one in said.items() for name in one.moved if "pool" in name]
    for key, name in list(dict.fromkeys([*(roused if begins else ()), *pools]))[:_SAID]:
        each = [_said(run, key, name) for run in runs]
        words = f"{name}, further per second" if name in said[key].counters else name
        yield words, _drawn(runs, each, "1", words)


def _said(run: Run, key: str, name: str) -> list[tuple[float, float]]:
    """Seconds and values of a source's figure, none where it is lacking; of a counter what it grew by per
    second."""
    source = next((one for one in run.observed if one.source == key), None)
    if source is None or name not in source.values:
        return []
    if name not in source.counters:
        return source.readings(name)
    return [(until, grown / (until - since)) for since, until, grown in source.steps(name) if until > since]


def _drawn(
    runs: Sequence[Run], drawn: Sequence[Sequence[tuple[float, float]]], unit: str, words: str
) -> str | None:
    if not drawn or len(drawn[0]) < 2:
        return None
    seconds = [second for points in drawn for second, _ in points]
    x = Axis(min(*seconds, 0.0), max(seconds), LEFT + 8, WIDTH - RIGHT - 16)
    y = Axis.over((value for points in drawn for _, value in points), _HEIGHT - BOTTOM, _TOP)
    inner = [*_warm_up(x), *_faults(runs[0], x), *y_grid(y, unit)]
    inner += x_labels([(x(tick), f"{tick:g} s") for tick in x.ticks(8)], _HEIGHT - BOTTOM + 18)
    places = [[(x(second), y(value)) for second, value in thinned_line(points, _PLACES)] for points in drawn]
    marks = [
        mark(x(second), y(value), f"{format_quantity(value, unit)}\nat {second:g} s", "dot c0", 2.6)
        for second, value in thinned_line(drawn[0], _MARKS)
    ]
    inner += layers((each, () if index else marks) for index, each in enumerate(places))
    inner += _pauses(runs[0], x)
    inner.append(x_caption("time since the start of the round", _HEIGHT))
    return picture(inner, words, height=_HEIGHT, css="timeline")


def _points(run: Run, name: str) -> list[tuple[float, float]]:
    """Seconds and values; of counts the rate, without the last bucket: that may be a shorter one."""
    seconds, values = run.series.get("second", ()), run.series.get(name, ())
    if name in _COUNTS:
        width = (seconds[1] or 0.0) - (seconds[0] or 0.0) if len(seconds) > 1 else 0.0
        values = tuple(value / width if value is not None and width else None for value in values[:-1])
    pairs = zip(seconds, values, strict=False)
    return [(second, value) for second, value in pairs if second is not None and value is not None]


def _warm_up(x: Axis) -> Iterator[str]:
    """The part before the zero, that counts for nothing."""
    if x.low < 0 < x.high:
        yield f'<rect class="warm" x="{x.start}" y="{_TOP}" width="{x(0.0) - x.start:g}" height="{_DEEP}"/>'
        yield text(x.start + 6, _TOP + 14, "warm-up", "start", "faint")


def _pauses(run: Run, x: Axis) -> Iterator[str]:
    """A tick at the foot where the garbage collector stopped the system, in the first round."""
    foot = _HEIGHT - BOTTOM
    for second, pause in zip(run.series.get("second", ()), run.series.get("pause", ()), strict=False):
        if pause and second is not None and x.low <= second <= x.high:
            tip = f"the garbage collector stopped it for {format_quantity(pause, 's')}\nat {second:g} s"
            yield f'<path class="pause" d="M{x(second)},{foot}v-8"><title>{escaped(tip)}</title></path>'


def _faults(run: Run, x: Axis) -> Iterator[str]:
    """When something was made to fail, in the first round; named where there is room for that."""
    free = x.start
    for one in sorted(run.incidents, key=lambda one: one.began or 0.0)[:_FAULTS]:
        if one.round or one.began is None:
            continue
        left = x(max(one.began, x.low))
        wide = max(x(x.high if one.ended is None else min(one.ended, x.high)) - left, 1.0)
        yield f'<rect class="fault" x="{left:g}" y="{_TOP}" width="{wide:g}" height="{_DEEP}"/>'
        if left >= free:
            name = first_line(f"{one.kind} of {one.party}", _NAME)
            yield text(left + 4, _TOP + 14, name, "start", "faint")
            free = left + _LETTER * len(name)
