"""Times to the first chunk and between chunks, of operations in the middle of which something came."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from suite.measure.endings import endings
from suite.records.marks import Marks
from suite.records.outcome import Outcome
from suite.records.recording import Mask, Recording, Times

KINDS = ("first", "gap")
_NEVER = np.iinfo(np.int64).max


def streaming(recording: Recording) -> Mask:
    """Of which operations, by code, something ever came in the middle."""
    found = np.zeros(len(recording.names), np.bool_)
    if recording.marked:
        for rows in recording.pieces():
            if rows.marks is not None:
                found[rows.operation[rows.marks.row]] = True
    return found


class Streams:
    """First times and gaps of rows, of which operations by code may be `streaming`.

    The first time runs from the intended start, as response times do, and is counted for all that went
    well and for what did not end but had begun to come. What ended without anything that was awaited, or
    did not end, is a lower bound; so is the last gap of what did not end. Gaps are those between two
    things of one stream within one operation.
    """

    def __init__(self, recording: Recording, streaming: Mask) -> None:
        marks = recording.marks or Marks(*(np.empty(0, np.int64) for _ in range(3)))
        self._response = recording.response_ns()
        self._ok, self._beyond = endings(recording)
        came = marks.at > 0
        row, since, at = marks.row[came], marks.since[came], marks.at[came]
        start = recording.started
        first = np.full(len(recording), _NEVER)
        np.minimum.at(first, row, np.maximum(at, start[row]))  # what lay there already came at once
        self.has_first: Mask = first < _NEVER
        self.first: Times = np.where(self.has_first, first - recording.intended, 0)
        self.streams: Mask = np.zeros(len(recording), np.bool_)
        """Rows in which something came, or was awaited in vain."""
        self.streams[marks.row] = True
        self._bound = ~self.has_first & (
            (self._ok & self.streams) | (self._beyond & streaming[recording.operation])
        )
        within = since >= np.maximum(start[row], 1)
        self._gap_row = row[within]
        self._gaps: Times = (at - since)[within]
        row, since, at = _last_of_each(marks.row[~came], marks.since[~came], -marks.at[~came])
        within = self._beyond[row] & (since >= np.maximum(start[row], 1))
        self._cut_row = row[within]
        self._cuts: Times = (at - since)[within]

    @property
    def any(self) -> bool:
        """Whether anything streamed."""
        return bool(self.streams.any())

    def times(self, kind: str, rows: Mask) -> tuple[Times, Times]:
        """The `first` times of `rows`, or their `gap` times: those that came, and lower bounds."""
        counted = rows & (self._ok | self._beyond)
        if kind == "first":
            return self.first[counted & self.has_first], self._response[counted & self._bound]
        return self._gaps[counted[self._gap_row]], self._cuts[counted[self._cut_row]]

    def longest_gap(self) -> Times:
        """The longest gap of each row in ns, 0 where there is none."""
        longest = np.zeros(len(self._ok), np.int64)
        np.maximum.at(longest, self._gap_row, self._gaps)
        return longest


def good(recording: Recording, streams: Streams, limits: Mapping[str, float]) -> Mask:
    """The rows that went well within all `limits`: seconds by `response`, `first`, `gap`, or `first@listen`.

    What holds for one operation takes the place of what holds for all. Of what streams, nothing at all
    is no first in time.
    """
    held: Mask = recording.outcome == Outcome.ok
    for kind in ("response", *KINDS):
        general = limits.get(kind, np.inf)
        each = [limits.get(f"{kind}@{name}", general) for name in recording.names]
        limit = np.array(each, np.float64)[recording.operation] * 1e9
        if kind == "response":
            held = held & (recording.response_ns() <= limit)
        elif kind == "first":
            asked = np.isin(
                recording.names, [one.partition("@")[2] for one in limits if one.startswith("first@")]
            )
            streaming = streams.streams | asked[recording.operation]
            held = held & (np.where(streams.has_first, streams.first <= limit, ~streaming | np.isinf(limit)))
        else:
            held = held & (streams.longest_gap() <= limit)
    return held


def _last_of_each(row: Times, since: Times, at: Times) -> tuple[Times, Times, Times]:
    """Of several marks of one row the one with the latest time."""
    order = np.lexsort((at, row))
    row, since, at = row[order], since[order], at[order]
    last = np.append(row[1:] != row[:-1], True) if len(row) else np.empty(0, np.bool_)
    return row[last], since[last], at[last]
