"""What went through a system in the measured part: sums over what the loop started."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from suite.contract.loop import ClosedLoop, Loop, OpenLoop
from suite.measure.dialling import SECOND_SYN, Dials, adds_users
from suite.measure.statistics import CONNECT
from suite.records.outcome import OUTCOMES, Outcome
from suite.records.recording import Recording, Times


class Flow:
    """Counts rows of `recording` in one look. `in_flight`, `working` and `thinking` are ns of operations or
    users, to be shared out over the measured part.
    """

    def __init__(
        self, recording: Recording, loop: Loop, thinks: Mapping[str, float] = MappingProxyType({})
    ) -> None:
        self.due = self.dispatched = self.dialled = 0
        self.delivered = self.completed = self.answered = 0
        self.in_flight = self.working = self.thinking = self.ended_ns = 0
        """Of these, `ended_ns` is the time that those took which ended in the measured part."""
        self.slow_connects = 0
        self.counts = dict.fromkeys(OUTCOMES, 0)
        """How the measured ones ended."""
        self._recording = recording
        self._open = isinstance(loop, OpenLoop)
        self._drops = isinstance(loop, OpenLoop) and loop.busy == "drop"
        self._dials = Dials(recording) if adds_users(loop) else None
        self._pauses = _pauses(recording, loop, thinks) if isinstance(loop, ClosedLoop) else None
        self._moments = (recording.begin + recording.end) // 2, recording.end
        self._at = [0, 0]
        """How many were in flight at these."""
        for rows in recording.loop_only().pieces():
            self._measured(rows.measured())
            # What was dropped was never in flight.
            self._flying(rows.where(rows.started > 0) if self._drops else rows)
        for rows in recording.of(CONNECT).pieces():
            self.slow_connects += int(np.count_nonzero(rows.service_ns() >= SECOND_SYN))
            self.working += _overlap(rows.started, rows.ended_ns(), rows)

    @property
    def flying(self) -> Recording:
        """The rows that were in flight at some time."""
        loop = self._recording.loop_only()
        return loop.only(lambda rows: rows.started > 0) if self._drops else loop

    @property
    def backlog(self) -> int:
        """How many more were in flight at the end than in the middle."""
        in_the_middle, at_end = self._at
        return at_end - in_the_middle

    def _measured(self, rows: Recording) -> None:
        self.due += len(rows)
        self.dispatched += int(np.count_nonzero(rows.dispatched))
        for name, count in rows.counts().items():
            self.counts[name] += count
        if self._dials is not None:
            self.dialled += int(np.count_nonzero(self._dials.ns(rows)))

    def _flying(self, rows: Recording) -> None:
        if not len(rows):
            return
        ended, ok = rows.ended_ns(), rows.outcome == Outcome.ok
        due = rows.intended if self._open else rows.started
        within = (rows.finished > rows.begin) & (rows.finished <= rows.end)
        self.delivered += int(np.count_nonzero(within))
        self.completed += int(np.count_nonzero(within & ok))
        self.answered += int(np.count_nonzero(ok))
        self.ended_ns += int((ended - due)[within].sum())
        self.in_flight += _overlap(due, ended, rows)
        for index, moment in enumerate(self._moments):
            self._at[index] += int(np.count_nonzero((due <= moment) & (ended > moment)))
        started = rows.started > 0
        self.working += _overlap(rows.started[started], ended[started], rows)
        if self._pauses is not None:
            done = rows.finished > 0
            since = rows.finished[done]
            self.thinking += _overlap(since, since + self._pauses[rows.operation[done]], rows)


def _overlap(start: Times, end: Times, rows: Recording) -> int:
    """How much of these intervals (ns) lies in the measured part."""
    return int(np.maximum(np.minimum(end, rows.end) - np.maximum(start, rows.begin), 0).sum())


def _pauses(recording: Recording, loop: ClosedLoop, thinks: Mapping[str, float]) -> Times:
    """How long users think after each operation."""
    return np.array([thinks.get(name, loop.mean_think) * 1e9 for name in recording.names]).astype(np.int64)
