"""A metric's history drawn in text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from statistics import median

from rich.text import Text

from suite.foreign_text import clean
from suite.ledger.metric_history import MetricHistory
from suite.report.words import DIRECTIONS, FAINT, short_commit
from suite.units import format_quantity

_HEIGHT, _WIDTH = 8, 80


def drawing(track: MetricHistory) -> Iterator[Text]:
    """The values as dots, in their intervals where they have some, with a line where a change is.

    There is none without two different values.
    """
    width = min(_WIDTH, len(track.values))
    slices = [
        slice(len(track.values) * at // width, len(track.values) * (at + 1) // width) for at in range(width)
    ]
    columns = [_middle(track.values[part]) for part in slices]
    ends = [list(_ends(track, part)) for part in slices]
    known = [value for value in (*columns, *chain(*ends)) if value is not None]
    if not known or min(known) == max(known):
        return
    low, high = min(known), max(known)

    def row_of(value: float) -> int:
        return round((value - low) / (high - low) * (_HEIGHT - 1))

    rows = [None if value is None else row_of(value) for value in columns]
    between = [range(row_of(min(some)), row_of(max(some)) + 1) if some else () for some in ends]
    marks = {
        (point.index - track.start) * width // len(track.values): DIRECTIONS[point.direction][1]
        for point in track.found.detection.points
        if point.index >= track.start and point.alert
    }
    unit = track.found.quantity.unit
    titles = {_HEIGHT - 1: clean(format_quantity(high, unit)), 0: clean(format_quantity(low, unit))}
    left = max(map(len, titles.values()))
    for row in reversed(range(_HEIGHT)):
        line = Text(f"{titles.get(row, ''):>{left}} ", FAINT).append("│ ")
        for at in range(width):
            if rows[at] == row:
                line.append("●", marks.get(at, ""))
            elif row in between[at]:
                line.append("│", FAINT)
            else:
                line.append("┆" if at in marks else " ", marks.get(at, ""))
        line.rstrip()
        yield line
    first, last = (short_commit(track.commits[at].commit) for at in (track.start, -1))
    yield Text(f"{'':>{left}} └{'─' * (width + 1)}", FAINT)
    yield Text(f"{'':>{left}}   {first}{last:>{max(width - len(first), len(last) + 1)}}", FAINT)


def _ends(track: MetricHistory, part: slice) -> Iterator[float]:
    """What is known of the ends of the intervals at some commits."""
    for one in track.commits[track.start :][part]:
        yield from (end for end in track.intervals.get(one.commit, ()) if end is not None)


def _middle(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
