"""A Run's first round over time in text: its faults on one axis with what became of the operations."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from math import nan

from rich.text import Text

from suite.foreign_text import clean
from suite.records.observation import Observation
from suite.records.run import Run
from suite.report.terminal.sparkline import sparkline
from suite.report.words import BAD, FAINT
from suite.units import format_quantity

_ROWS = {"completed": "1/s", "failed": "1/s", "retries": "1/s", "p99": "s"}
_MOST = 72
"""Columns; of a longer round each stands for several buckets, with the highest of them."""
_LEFT = 12
_SAID = 8
"""Counters of a source."""


def fault_axis(run: Run) -> Iterator[Text]:
    """Lines with a bar per bucket of time, if anything was made to fail in the first round."""
    made = [one for one in run.incidents if not one.round and one.began is not None]
    seconds = [second for second in run.series.get("second", ()) if second is not None]
    if not made or len(seconds) < 2:
        return
    width = seconds[1] - seconds[0]
    each = -(-len(seconds) // _MOST)
    starts = seconds[::each]
    for one in made:
        ended = starts[-1] + each * width if one.ended is None else one.ended
        on = (start < ended and start + each * width > (one.began or 0.0) for start in starts)
        bar = "".join("━" if there else "·" for there in on)
        yield Text.assemble((f"{'fault':<{_LEFT}}", FAINT), (bar, BAD), clean(f"  {one.kind} of {one.party}"))
    for name, unit in _ROWS.items():
        values = [nan if value is None else value for value in run.series.get(name, ())]
        if name != "p99":
            values = [value / width for value in values]
        levels = [max(values[start : start + each]) for start in range(0, len(values), each)]
        if any(level > 0 for level in levels):
            yield Text.assemble((f"{name:<{_LEFT}}", FAINT), sparkline(levels), _range(levels, unit))
    first = min(one.began for one in made if one.began is not None)
    for source in run.observed:
        for name in source.roused(first)[:_SAID]:
            grown = _grown(source, name, starts)
            told = f"  {name}, {sum(grown):g} in all"
            yield Text.assemble((f"{'said':<{_LEFT}}", FAINT), sparkline(grown), clean(told))
    end = format_quantity(seconds[-1] + width, "s")
    ends = f"{format_quantity(seconds[0], 's')}{end:>{max(len(starts) - 3, len(end) + 1)}}"
    yield Text(f"{'':<{_LEFT}}{ends}", FAINT)


def _grown(source: Observation, name: str, starts: Sequence[float]) -> list[float]:
    """What a counter grew by from each of `starts` on."""
    grown = [0.0] * len(starts)
    for since, until, step in source.steps(name):
        grown[max(bisect(starts, (since + until) / 2) - 1, 0)] += step
    return grown


def _range(levels: Sequence[float], unit: str) -> str:
    return f"  up to {format_quantity(max((level for level in levels if level == level), default=nan), unit)}"
