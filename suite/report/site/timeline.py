"""One Run second by second: memory, completed operations, CPU."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from suite.records.run import Run
from suite.report.site.svg import (
    BOTTOM,
    LEFT,
    RIGHT,
    WIDTH,
    Axis,
    layers,
    mark,
    picture,
    text,
    x_caption,
    x_labels,
    y_grid,
)
from suite.units import format_quantity

SHOWN = {
    "memory": ("B", "memory of the system"),
    "p99": ("s", "response p99 at that time"),
    "completed": ("1/s", "operations completed per second"),
    "failed": ("1/s", "operations that failed per second"),
    "retries": ("1/s", "further attempts per second"),
    "cpu": ("1", "cores used by the system"),
}
_COUNTS = ("completed", "failed", "retries")
_HEIGHT, _TOP = 220, 16
_DEEP = _HEIGHT - _TOP - BOTTOM


def timeline(runs: Sequence[Run], name: str) -> str | None:
    """The series `name` of `runs`, the newest first and in front; None if the newest has no two values."""
    unit, words = SHOWN[name]
    drawn = [_points(run, name) for run in runs]
    if not drawn or len(drawn[0]) < 2:
        return None
    seconds = [second for points in drawn for second, _ in points]
    x = Axis(min(*seconds, 0.0), max(seconds), LEFT + 8, WIDTH - RIGHT - 16)
    y = Axis.over((value for points in drawn for _, value in points), _HEIGHT - BOTTOM, _TOP)
    inner = [*_warm_up(x), *_faults(runs[0], x), *y_grid(y, unit)]
    inner += x_labels([(x(tick), f"{tick:g} s") for tick in x.ticks(8)], _HEIGHT - BOTTOM + 18)
    places = [[(x(second), y(value)) for second, value in points] for points in drawn]
    marks = [
        mark(*place, f"{format_quantity(value, unit)}\nat {second:g} s", "dot c0", 2.6)
        for place, (second, value) in zip(places[0], drawn[0], strict=True)
    ]
    inner += layers((each, () if index else marks) for index, each in enumerate(places))
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


def _faults(run: Run, x: Axis) -> Iterator[str]:
    """When something was made to fail, in the first round."""
    for one in run.incidents:
        if one.round or one.began is None:
            continue
        left = x(max(one.began, x.low))
        wide = max(x(x.high if one.ended is None else min(one.ended, x.high)) - left, 1.0)
        yield f'<rect class="fault" x="{left:g}" y="{_TOP}" width="{wide:g}" height="{_DEEP}"/>'
        yield text(left + 4, _TOP + 14, f"{one.kind} of {one.party}", "start", "faint")
