"""The slowest operations of a round, and what happened while they lasted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suite.measure.column_file import ColumnFile
from suite.measure.columns import Columns
from suite.records.incident import Incident
from suite.records.loop_lag import LoopLag
from suite.records.outcome import OUTCOMES, Outcome
from suite.records.reason import Reason
from suite.records.recording import PIECE, Times
from suite.records.slow_operation import SlowOperation

COUNT = 10
_RANKED = (Outcome.ok, Outcome.timeout)
_LEAST, _SHARE = 1e-3, 0.05
"""Seconds, and share of a response time, from which on something is worth telling."""


class SlowRow(NamedTuple):
    """An operation by its times in monotonic ns; `user` 0 is unknown, else one more than the user's index."""

    intended: int
    dispatched: int
    started: int
    finished: int
    operation: str
    outcome: str
    user: int

    @property
    def response(self) -> float:
        """Seconds from the intended start."""
        return (self.finished - self.intended) / 1e9


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of a round's moments: how the loops of its workers stood still, pauses of the system's
    collector (begin and length in ns), its faults, the seconds that the hypervisor took between two times.
    """

    lags: Sequence[LoopLag] = ()
    pauses: Sequence[tuple[int, int]] = ()
    incidents: Sequence[Incident] = ()
    stolen: Callable[[int, int], float | None] = field(default=lambda _begin, _end: None)


def slowest_rows(
    files: Sequence[ColumnFile], due: Sequence[int], names: Sequence[str], begin: int, end: int
) -> list[SlowRow]:
    """The slowest that ended ok or timed out, of those due from `begin` to `end`, slowest first.

    `due[i]` is the number of planned rows of a file, 0 in a closed loop. Names must be filled in.
    """
    found = [
        row
        for file, planned in zip(files, due, strict=True)
        for columns, rows in file.parts(planned)
        for row in _slowest(columns, rows, names, begin, end, planned=planned > 0)
    ]
    return sorted(found, key=lambda row: row.intended - row.finished)[:COUNT]


def _slowest(
    columns: Columns, rows: int, names: Sequence[str], begin: int, end: int, *, planned: bool
) -> Iterator[SlowRow]:
    found: list[tuple[int, int]] = []
    for first in range(0, rows, PIECE):
        piece = _Times.of(columns, first, min(first + PIECE, rows), planned=planned)
        response = piece.response(begin, end)
        chosen = np.argpartition(response, -COUNT)[-COUNT:] if len(response) > COUNT else range(len(response))
        found += [(int(response[row]), first + int(row)) for row in chosen if response[row] >= 0]
        found = sorted(found, reverse=True)[:COUNT]
    intended = columns.intended if planned else columns.started
    for _, row in found:
        yield SlowRow(
            intended[row],
            columns.dispatched[row],
            columns.started[row],
            columns.finished[row],
            names[columns.operation[row]],
            OUTCOMES[columns.outcome[row]],
            columns.user[row],
        )


class _Times(NamedTuple):
    """When operations of a piece were due, began and ended, and how."""

    intended: Times
    started: Times
    finished: Times
    outcome: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, columns: Columns, first: int, last: int, *, planned: bool) -> _Times:
        started, finished, intended = (
            np.frombuffer(column, np.int64)[first:last].copy()
            for column in (columns.started, columns.finished, columns.intended)
        )
        outcome = np.frombuffer(columns.outcome, np.uint8)[first:last].copy()
        return cls(intended if planned else started, started, finished, outcome)

    def response(self, begin: int, end: int) -> Times:
        """How long it took what is ranked; -1 of all else."""
        ranked = (self.started > 0) & (self.finished > 0) & (self.intended >= begin) & (self.intended <= end)
        return np.where(ranked & np.isin(self.outcome, _RANKED), self.finished - self.intended, -1)


def told(rows: Iterable[SlowRow], around: Around, begin: int, index: int) -> tuple[SlowOperation, ...]:
    """As records of round `index`, whose measured part began at `begin`."""
    return tuple(
        SlowOperation(
            (row.intended - begin) / 1e9,
            row.operation,
            row.outcome,
            row.response,
            (row.finished - row.started) / 1e9,
            index,
            row.user - 1 if row.user else None,
            tuple(_meanwhile(row, around, begin)),
        )
        for row in rows
    )


def _meanwhile(row: SlowRow, around: Around, begin: int) -> Iterator[Reason]:
    """What is worth telling, our own part in it first."""
    least = max(_LEAST, _SHARE * row.response)
    late = max(row.dispatched - row.intended, 0) if row.dispatched else 0
    stalls = ((due, wait) for lag in around.lags for due, wait in zip(lag.due, lag.late, strict=True))
    for kind, seconds in (
        ("slow_sent", late / 1e9),
        ("slow_queued", (row.started - row.dispatched) / 1e9 if row.dispatched else 0.0),
        ("slow_loop", _overlap(row, stalls)),
        ("slow_collector", _overlap(row, around.pauses)),
        ("slow_stolen", around.stolen(row.intended, row.finished) or 0.0),
    ):
        if seconds >= least:
            yield Reason(kind, {"seconds": seconds})
    since, until = (row.intended - begin) / 1e9, (row.finished - begin) / 1e9
    for one in around.incidents:
        if one.began is not None and one.began <= until and (one.ended is None or one.ended >= since):
            yield Reason("slow_fault", {"fault": one.kind, "whom": one.party})


def _overlap(row: SlowRow, spans: Iterable[tuple[int, int]]) -> float:
    """Seconds of `spans` (begin, length in ns) that fall into the time of an operation."""
    parts = (min(begin + length, row.finished) - max(begin, row.intended) for begin, length in spans)
    return sum(part for part in parts if part > 0) / 1e9


def merged(rounds: Iterable[Sequence[SlowOperation]]) -> tuple[SlowOperation, ...]:
    """The slowest of all rounds."""
    every = [one for some in rounds for one in some]
    return tuple(sorted(every, key=lambda one: -one.response)[:COUNT])
