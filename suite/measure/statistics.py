"""From a round's raw columns and samples to its metrics."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from suite.contract.loop import Loop
from suite.contract.metric import GC_COUNTS
from suite.measure.combine import combine
from suite.measure.distribution import Exact, Point, percentile, points
from suite.measure.garbage import Garbage
from suite.measure.ratios import ONLY_WITH_RETRY, PER_OPERATION, RATIOS, ratio
from suite.measure.resources import ELSEWHERE, Resources, Usage
from suite.measure.series import series
from suite.records.histogram import Histogram
from suite.records.outcome import BEYOND, NOT_GOOD, OUTCOMES, Outcome
from suite.records.recording import Recording
from suite.records.run import Round

__all__ = ["combine", "measure_round"]

CONNECT = "connect"
"""The operation under which users' connects are recorded."""
_NO_COLLECTOR = "no process of it tells of garbage collection: not Python, or it ignores PYTHONPATH"
_Mask = npt.NDArray[np.bool_]


def measure_round(
    recording: Recording,
    *,
    loop: Loop,
    resources: Resources,
    own: Mapping[str, float | None] = MappingProxyType({}),
    collected: Collection[str] = (),
    attempts: Mapping[str, tuple[int, int]] = MappingProxyType({}),
    index: int = 0,
) -> Round:
    """All metrics of one round; details, statuses, checks and validity are left to the caller.

    Totals are over what the loop started and was due from `recording.begin` on. With several operations
    the same metrics exist per operation, nested ones and those `collected` elsewhere included; the
    latter have the time they span as their window. Connects count all, for most come before `begin`.
    `own` are the values of the workload's own metrics. Where operations are tried again `attempts` has
    how many of each there were, and how many attempts at them, those of the warm-up included.
    """
    sheet = _Sheet(recording)
    sheet.operations("", recording.by_loop & sheet.measured)
    if loop.kind == "open":
        sheet.lateness(recording.by_loop & sheet.measured)
    else:
        closed = Point(None, note="closed loop: nothing is planned")
        sheet.put("lateness.p50", closed)
        sheet.put("lateness.p99", closed)
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
    sheet.garbage(resources.garbage)
    sheet.retries(attempts)
    for name in RATIOS:
        if name == ONLY_WITH_RETRY and not attempts:
            continue
        missing = ELSEWHERE if "cpu" in name else "closed loop: nothing is planned"
        sheet.put(name, ratio(name, [sheet.sums]) or Point(None, note=sheet.notes.get(name, missing)))
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


class _Sheet:
    """A round's figures while they are put together. `at` is "" for totals, else "@operation"."""

    def __init__(self, recording: Recording) -> None:
        self.metrics: dict[str, float | None] = {}
        self.at_least: set[str] = set()
        self.notes: dict[str, str] = {}
        self.sums: dict[str, float] = {}
        self.histograms: dict[str, Histogram] = {}
        self.outcomes: dict[str, dict[str, int]] = {}
        self._recording = recording
        self.measured: _Mask = recording.intended >= recording.begin
        self._response = recording.response_ns()
        # Without a plan an operation is due when it starts: both times are one.
        planned = recording.intended is not recording.started
        self._service = recording.service_ns() if planned else self._response
        self._ok: _Mask = recording.outcome == Outcome.ok
        self._beyond: _Mask = np.isin(recording.outcome, BEYOND)

    def put(self, name: str, point: Point) -> None:
        self.metrics[name] = point.value
        if point.value is None and point.note:
            self.notes[name] = point.note
        if point.at_least:
            self.at_least.add(name)

    def count(self, name: str, rows: _Mask) -> None:
        found = np.bincount(self._recording.outcome[rows], minlength=len(OUTCOMES))
        self.outcomes[name] = {outcome: int(found[Outcome[outcome]]) for outcome in OUTCOMES}

    def operations(self, at: str, rows: _Mask, *, own_span: bool = False) -> None:
        ok, beyond = rows & self._ok, rows & self._beyond
        started = beyond & (self._recording.started > 0)  # what never started has no service time
        response = Exact(self._response[ok], self._response[beyond])
        same = self._service is self._response
        service = response if same else Exact(self._service[ok], self._service[started])
        for kind, exact in (("response", response), ("service", service)):
            for name, point in points(kind, exact):
                self.put(name + at, point)
            self.histograms[kind + at] = exact.histogram()
        outcome = np.bincount(self._recording.outcome[rows], minlength=len(OUTCOMES))
        completed, seconds = self._window(ok, own_span)
        self.sums |= {
            f"due{at}": float(outcome.sum()),
            f"ok{at}": float(outcome[Outcome.ok]),
            f"rejected{at}": float(outcome[Outcome.rejected]),
            f"bad{at}": float(outcome[list(NOT_GOOD)].sum()),
            f"dropped{at}": float(outcome[Outcome.dropped]),
            f"completed{at}": float(completed),
            f"seconds{at}": seconds,
        }
        for name in PER_OPERATION:
            self.put(name + at, ratio(name + at, [self.sums]) or Point(None))

    def _window(self, ok: _Mask, own_span: bool) -> tuple[int, float]:
        recording = self._recording
        finished = recording.finished[ok]
        if own_span:
            span = int(finished.max()) - int(recording.started[ok].min()) if len(finished) else 0
            return len(finished), span / 1e9
        within = (finished > recording.begin) & (finished <= recording.end)
        return int(np.count_nonzero(within)), (recording.end - recording.begin) / 1e9

    def lateness(self, rows: _Mask) -> None:
        late = Exact(self._recording.where(rows).lateness_ns())
        self.histograms["lateness"] = late.histogram()
        self.sums["planned"] = self.sums["due"]
        self.put("lateness.p50", percentile(late, 0.50))
        self.put("lateness.p99", percentile(late, 0.99))

    def retries(self, attempts: Mapping[str, tuple[int, int]]) -> None:
        for name, (operations, tried) in attempts.items():
            self.sums[f"tried@{name}"] = operations
            self.sums[f"attempts@{name}"] = tried
            own = f"{ONLY_WITH_RETRY}@{name}"
            if len(attempts) > 1:
                self.put(own, ratio(own, [self.sums]) or Point(None))
        if attempts:
            self.sums["tried"] = sum(operations for operations, _ in attempts.values())
            self.sums["attempts"] = sum(tried for _, tried in attempts.values())

    def use(self, resources: Resources, operations: int) -> None:
        self._usage("", resources.system, resources.wall)
        for name, usage in resources.helpers.items():
            self._usage(f"@{name}", usage, resources.wall)
        growth = resources.system.growth
        each = growth / operations if growth is not None and operations else None
        why = "nothing was started" if growth is not None else self.notes.get("memory.growth")
        self.put("memory.growth_per_operation", Point(each, note=why))
        for key, metric, usage in (
            ("cpu.system", "cpu.per_operation", resources.system),
            ("cpu.workers", "generator.cpu_per_operation", resources.workers),
        ):
            if usage.cpu is not None:
                self.sums[key] = usage.cpu
            else:
                self.notes[metric] = usage.notes.get("cpu", "no time was measured")

    def garbage(self, garbage: Garbage | None) -> None:
        """What Python's collector did; nothing is put for a system that isn't Python."""
        if garbage is None:
            self.notes["gc.pause.per_operation"] = _NO_COLLECTOR
            return
        self.sums["gc.pause"] = garbage.pause
        self.metrics["gc.pause.max"] = garbage.longest
        self.metrics["gc.uncollectable"] = float(garbage.uncollectable)
        for name, counts in zip(GC_COUNTS, (garbage.collections, garbage.freed), strict=True):
            self.metrics |= {f"gc.{name}.{n}": float(count) for n, count in enumerate(counts)}

    def _usage(self, at: str, usage: Usage, wall: float) -> None:
        for name in ("idle", "peak", "after", "growth"):
            note = usage.notes.get(name) or usage.notes.get("after") or usage.notes.get("idle")
            self.put(f"memory.{name}{at}", Point(getattr(usage, name), note=note))
        if usage.peak is not None and "peak" in usage.notes:
            self.notes[f"memory.peak{at}"] = usage.notes["peak"]  # says that it is no exact peak
        utilization = usage.cpu / wall if usage.cpu is not None and wall > 0 else None
        self.put(
            f"cpu.utilization{at}", Point(utilization, note=usage.notes.get("cpu", "no time was measured"))
        )
