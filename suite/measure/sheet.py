"""The figures of a round while they are put together."""

from __future__ import annotations

from collections.abc import Mapping

from suite.contract.metric import GC_COUNTS
from suite.measure.distribution import Distribution, Point, percentile, points
from suite.measure.garbage import Garbage
from suite.measure.ratios import AMPLIFICATION, IF_COUNTED, PER_OPERATION, RATIOS, ratio
from suite.measure.resources import ELSEWHERE, Resources, Usage
from suite.records.histogram import Histogram
from suite.records.outcome import NOT_GOOD, OUTCOMES

_NO_COLLECTOR = "no process of it tells of garbage collection: not Python, or it ignores PYTHONPATH"
_CLOSED = "closed loop: nothing is planned"


class Sheet:
    """A round's metrics, and what they merge by. `at` is "" for totals, else "@operation"."""

    def __init__(self) -> None:
        self.metrics: dict[str, float | None] = {}
        self.at_least: set[str] = set()
        self.notes: dict[str, str] = {}
        self.sums: dict[str, float] = {}
        self.histograms: dict[str, Histogram] = {}
        self.outcomes: dict[str, dict[str, int]] = {}

    def put(self, name: str, point: Point) -> None:
        """A metric's value; what is not there has a note instead."""
        self.metrics[name] = point.value
        if point.value is None and point.note:
            self.notes[name] = point.note
        if point.at_least:
            self.at_least.add(name)

    def times(self, kind: str, at: str, source: Distribution, histogram: Histogram) -> None:
        """All points of a distribution of times, and what it merges by."""
        for name, point in points(kind, source):
            self.put(name + at, point)
        self.histograms[kind + at] = histogram

    def counts(self, at: str, outcomes: Mapping[str, int], completed: int, seconds: float) -> None:
        """How operations ended, `completed` of them in the `seconds` that are measured."""
        self.sums |= {
            f"due{at}": float(sum(outcomes.values())),
            f"ok{at}": float(outcomes["ok"]),
            f"rejected{at}": float(outcomes["rejected"]),
            f"bad{at}": float(sum(outcomes[OUTCOMES[bad]] for bad in NOT_GOOD)),
            f"dropped{at}": float(outcomes["dropped"]),
            f"completed{at}": float(completed),
            f"seconds{at}": seconds,
        }
        for name in PER_OPERATION:
            self.put(name + at, ratio(name + at, [self.sums]) or Point(None))

    def unplanned(self) -> None:
        """Of a closed loop nothing can be late."""
        self.put("lateness.p50", Point(None, note=_CLOSED))
        self.put("lateness.p99", Point(None, note=_CLOSED))

    def lateness(self, source: Distribution, histogram: Histogram) -> None:
        """How late planned starts were; all that were due were planned."""
        self.histograms["lateness"] = histogram
        self.sums["planned"] = self.sums["due"]
        self.put("lateness.p50", percentile(source, 0.50))
        self.put("lateness.p99", percentile(source, 0.99))

    def good(self, at: str, operations: int) -> None:
        """How many of those due went well within their limits."""
        self.sums[f"good{at}"] = float(operations)
        self.put(f"good{at}", ratio(f"good{at}", [self.sums]) or Point(None))

    def ratios(self) -> None:
        """What is one sum over another, when all sums are there."""
        for name, (above, _, _) in RATIOS.items():
            if name in IF_COUNTED and above not in self.sums:
                continue
            missing = ELSEWHERE if "cpu" in name else _CLOSED
            self.put(name, ratio(name, [self.sums]) or Point(None, note=self.notes.get(name, missing)))

    def retries(self, attempts: Mapping[str, tuple[int, int]]) -> None:
        for name, (operations, tried) in attempts.items():
            self.sums[f"tried@{name}"] = operations
            self.sums[f"attempts@{name}"] = tried
            own = f"{AMPLIFICATION}@{name}"
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

    def lasting(self, growth: Point) -> None:
        """Memory that grew all along, per operation; where nothing could be shown a note says so."""
        self.put("memory.lasting_growth", growth)
        if growth.note:
            self.notes["memory.lasting_growth"] = growth.note

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
