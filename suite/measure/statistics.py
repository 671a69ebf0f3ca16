"""From a round's raw columns and samples to its metrics."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from suite.contract.loop import Loop
from suite.contract.metric import QUANTILES
from suite.measure.distribution import Point
from suite.measure.distributions import NO_TIMES, Distributions
from suite.measure.endings import endings
from suite.measure.lasting_growth import lasting_growth
from suite.measure.resources import Resources
from suite.measure.row_group import RowGroup
from suite.measure.series import series
from suite.measure.sheet import Sheet
from suite.measure.streams import KINDS, Streams, good, streaming
from suite.records.recording import Recording, Times
from suite.records.run import Round

CONNECT = "connect"
"""The operation under which users' connects are recorded."""
_LATE = "lateness"
_NONE: Times = np.zeros(0, np.int64)


def measure_round(
    recording: Recording,
    *,
    loop: Loop,
    resources: Resources,
    own: Mapping[str, float | None] = MappingProxyType({}),
    limits: Mapping[str, float] = MappingProxyType({}),
    collected: Collection[str] = (),
    attempts: Mapping[str, tuple[int, int]] = MappingProxyType({}),
    index: int = 0,
) -> Round:
    """All metrics of one round; details, statuses, checks and validity are left to the caller.

    Totals are over what the loop started and was due from `recording.begin` on. With several operations
    the same metrics exist per operation, nested ones and those `collected` elsewhere included; the
    latter have the time they span as their window. Connects count all, for most come before `begin`.
    `own` are the values of the workload's own metrics, `limits` what a good operation holds (see
    `streams.good`). Where operations are tried again `attempts` has how many of each there were, and how
    many attempts at them, those of the warm-up included.
    """
    figures = _Figures(recording, limits, collected, late=loop.kind == "open")
    sheet = figures.sheet()
    sheet.use(resources, figures.started)
    due = sum(figures.total.outcomes().values())
    sheet.lasting(lasting_growth(resources.system, recording.begin, recording.end, due))
    sheet.garbage(resources.garbage)
    sheet.retries(attempts)
    sheet.ratios()
    for name, value in own.items():
        sheet.put(name, Point(value, note=None if value is not None else "not measured"))
    return Round(
        index,
        sheet.metrics,
        frozenset(sheet.at_least),
        sheet.notes,
        sheet.sums,
        sheet.histograms,
        sheet.outcomes,
        series=series(recording, resources),
    )


class _Figures:
    """What is counted of a recording, in one look at its rows, and its times, in as many as they need."""

    def __init__(
        self, recording: Recording, limits: Mapping[str, float], collected: Collection[str], *, late: bool
    ) -> None:
        self.total = RowGroup()
        self.started = 0
        """Rows that the loop started, the warm-up included."""
        self._recording = recording
        self._limits = limits
        self._late = late
        self._groups = [self.total, *_operations(recording, collected)]
        self._streaming = streaming(recording) if recording.marked or limits else None
        self._times = Distributions()
        for rows in recording.pieces():
            self._count(rows)
        self._ranked = self._times.ranked(self._again, QUANTILES.values())

    def sheet(self) -> Sheet:
        """All of it as metrics."""
        sheet = Sheet()
        self._operations(sheet, self.total)
        if self._late:
            late = self._ranked.get((_LATE, ""), NO_TIMES)
            sheet.lateness(late, late.histogram())
        else:
            sheet.unplanned()
        for group in self._groups[1:]:
            if group.timed:
                self._operations(sheet, group)
            sheet.outcomes[group.name] = group.outcomes()
        sheet.outcomes[""] = self.total.outcomes()
        return sheet

    def _operations(self, sheet: Sheet, group: RowGroup) -> None:
        response = self._ranked.get(("response", group.at), NO_TIMES)
        # Without a plan an operation is due when it starts: both times are one.
        service = self._ranked.get(("service", group.at), NO_TIMES) if self._recording.planned else response
        counted = response.histogram()
        sheet.times("response", group.at, response, counted)
        sheet.times("service", group.at, service, counted if service is response else service.histogram())
        if group.streamed:
            for kind in KINDS:
                times = self._ranked.get((kind, group.at), NO_TIMES)
                sheet.times(kind, group.at, times, times.histogram())
        sheet.counts(group.at, group.outcomes(), *group.window(self._recording))
        if self._limits and group.name != CONNECT:
            sheet.good(group.at, group.good)

    def _count(self, rows: Recording) -> None:
        streams = self._streams(rows)
        held = good(rows, streams, self._limits) if streams and self._limits else None
        ok, _ = endings(rows)
        self.started += int(np.count_nonzero(rows.by_loop))
        for group in self._groups:
            group.count(rows, group.of(rows), ok, streams, held)
        for key, *times in self._times_of(rows, streams):
            self._times.add(key, *times)

    def _streams(self, rows: Recording) -> Streams | None:
        return None if self._streaming is None else Streams(rows, self._streaming)

    def _again(self, keys: Collection[Any] | None) -> Iterator[tuple[Any, Times, Times]]:
        for rows in self._recording.pieces():
            yield from self._times_of(rows, self._streams(rows), keys)

    def _times_of(
        self, rows: Recording, streams: Streams | None, keys: Collection[Any] | None = None
    ) -> Iterator[tuple[Any, Times, Times]]:
        """Times of each group; only of these `keys`."""
        ok, beyond = endings(rows)
        response, planned = rows.response_ns(), self._recording.planned
        service = rows.service_ns() if planned else response
        for group in self._groups:
            if not group.timed or (keys is not None and all(at != group.at for _, at in keys)):
                continue
            mine = group.of(rows)
            well, bounds = mine & ok, mine & beyond
            yield ("response", group.at), response[well], response[bounds]
            if planned:  # what never started has no service time
                yield ("service", group.at), service[well], service[bounds & (rows.started > 0)]
            if streams is not None:
                yield from (((kind, group.at), *streams.times(kind, mine)) for kind in KINDS)
        if self._late and (keys is None or (_LATE, "") in keys):
            mine = self.total.of(rows) & (rows.dispatched > 0)
            yield (_LATE, ""), (rows.dispatched - rows.intended)[mine], _NONE


def _operations(recording: Recording, collected: Collection[str]) -> Iterator[RowGroup]:
    """A group of each operation that there is a row of."""
    present = np.zeros(len(recording.names), np.int64)
    for rows in recording.pieces():
        present += np.bincount(rows.operation, minlength=len(present))
    names = [name for code, name in enumerate(recording.names) if present[code]]
    several = len([name for name in names if name != CONNECT]) > 1
    for name in names:
        connect = name == CONNECT
        yield RowGroup(
            recording.names.index(name),
            name,
            own_span=connect or name in collected,
            every=connect,
            timed=connect or several,
        )
