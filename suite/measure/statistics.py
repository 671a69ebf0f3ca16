"""From a round's raw columns and samples to its metrics."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from suite.contract.loop import Loop
from suite.measure.distribution import Exact, Point
from suite.measure.lasting_growth import lasting_growth
from suite.measure.resources import Resources
from suite.measure.series import series
from suite.measure.sheet import Sheet
from suite.measure.streams import KINDS, Streams, good
from suite.records.outcome import BEYOND, OUTCOMES, Outcome
from suite.records.recording import Recording
from suite.records.run import Round

CONNECT = "connect"
"""The operation under which users' connects are recorded."""
_Mask = npt.NDArray[np.bool_]


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
    sheet = _Sheet(recording, limits)
    sheet.operations("", recording.by_loop & sheet.measured)
    if loop.kind == "open":
        late = Exact(recording.where(recording.by_loop & sheet.measured).lateness_ns())
        sheet.lateness(late, late.histogram())
    else:
        sheet.unplanned()
    present = np.bincount(recording.operation, minlength=len(recording.names))
    names = [name for code, name in enumerate(recording.names) if present[code]]
    several = len([name for name in names if name != CONNECT]) > 1
    for name in names:
        rows = recording.operation == recording.names.index(name)
        if name == CONNECT:
            sheet.operations(f"@{name}", rows, own_span=True)
        elif several:
            sheet.operations(f"@{name}", rows & sheet.measured, own_span=name in collected)
        sheet.count(name, rows if name == CONNECT else rows & sheet.measured)
    sheet.count("", recording.by_loop & sheet.measured)
    sheet.use(resources, int(recording.by_loop.sum()))
    due = int(np.count_nonzero(recording.by_loop & sheet.measured))
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


class _Sheet(Sheet):
    """Figures out of a recording."""

    def __init__(self, recording: Recording, limits: Mapping[str, float]) -> None:
        super().__init__()
        self._recording = recording
        self.measured: _Mask = recording.intended >= recording.begin
        self._response = recording.response_ns()
        # Without a plan an operation is due when it starts: both times are one.
        planned = recording.intended is not recording.started
        self._service = recording.service_ns() if planned else self._response
        self._ok: _Mask = recording.outcome == Outcome.ok
        self._beyond: _Mask = np.isin(recording.outcome, BEYOND)
        self._streams = Streams(recording) if recording.marks is not None or limits else None
        self._good = good(recording, self._streams, limits) if self._streams and limits else None

    def count(self, name: str, rows: _Mask) -> None:
        self.outcomes[name] = self._counted(rows)

    def operations(self, at: str, rows: _Mask, *, own_span: bool = False) -> None:
        ok, beyond = rows & self._ok, rows & self._beyond
        started = beyond & (self._recording.started > 0)  # what never started has no service time
        response = Exact(self._response[ok], self._response[beyond])
        same = self._service is self._response
        service = response if same else Exact(self._service[ok], self._service[started])
        for kind, exact in (("response", response), ("service", service)):
            self.times(kind, at, exact, exact.histogram())
        if self._streams is not None and self._streams.streams[rows].any():
            for kind in KINDS:
                exact = self._streams.times(kind, rows)
                self.times(kind, at, exact, exact.histogram())
        self.counts(at, self._counted(rows), *self._window(ok, own_span))
        if self._good is not None and at != f"@{CONNECT}":
            self.good(at, int(np.count_nonzero(self._good & rows)))

    def _counted(self, rows: _Mask) -> dict[str, int]:
        found = np.bincount(self._recording.outcome[rows], minlength=len(OUTCOMES))
        return {outcome: int(found[Outcome[outcome]]) for outcome in OUTCOMES}

    def _window(self, ok: _Mask, own_span: bool) -> tuple[int, float]:
        recording = self._recording
        finished = recording.finished[ok]
        if own_span:
            span = int(finished.max()) - int(recording.started[ok].min()) if len(finished) else 0
            return len(finished), span / 1e9
        within = (finished > recording.begin) & (finished <= recording.end)
        return int(np.count_nonzero(within)), (recording.end - recording.begin) / 1e9
