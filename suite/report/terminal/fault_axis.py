"""A Run's first round over time in text: its faults on one axis with what became of the operations."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import nan

from rich.text import Text

from suite.records.observation import Observation
from suite.records.run import Run
from suite.report.terminal.sparkline import sparkline
from suite.report.words import BAD, FAINT, clean
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
        for name, grown in _roused(source, starts, first)[:_SAID]:
            told = f"  {name}, {sum(grown):g} in all"
            yield Text.assemble((f"{'said':<{_LEFT}}", FAINT), sparkline(grown), clean(told))
    end = format_quantity(seconds[-1] + width, "s")
    ends = f"{format_quantity(seconds[0], 's')}{end:>{max(len(starts) - 3, len(end) + 1)}}"
    yield Text(f"{'':<{_LEFT}}{ends}", FAINT)


def _roused(source: Observation, starts: Sequence[float], first: float) -> list[tuple[str, list[float]]]:
    """Counters that stood still until the `first` fault, with what they grew by from each of `starts` on.

    Those that moved first come first; none where no reading tells what was before it.
    """
    found: list[tuple[str, list[float]]] = []
    if not any(0 < second <= first for second in source.second):
        return found
    for name in source.counters:
        known = [
            (second, value)
            for second, value in zip(source.second, source.values[name], strict=True)
            if value is not None
        ]
        steps = [
            ((since + until) / 2, until, max(now - before, 0.0))
            for (since, before), (until, now) in pairwise(known)
        ]
        grown = [0.0] * len(starts)
        for middle, _, step in steps:
            grown[max(bisect(starts, middle) - 1, 0)] += step
        if any(grown) and not any(step for _, until, step in steps if until <= first):
            found.append((name, grown))
    return sorted(found, key=lambda one: next(at for at, step in enumerate(one[1]) if step))


def _range(levels: Sequence[float], unit: str) -> str:
    return f"  up to {format_quantity(max((level for level in levels if level == level), default=nan), unit)}"
