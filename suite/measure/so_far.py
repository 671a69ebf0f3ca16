"""What a round comes to while it runs: the figures that a person watches, and whether to believe them."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from suite.measure.distribution import Point, percentile
from suite.measure.ended_rows import EndedRows, RowCounter
from suite.measure.load_doubts import Doubt, late_sends, missed_starts, noisy
from suite.measure.resources import MachineUsage
from suite.records.evidence import Evidence
from suite.records.histogram import Histogram
from suite.records.outcome import BEYOND, OUTCOMES, Outcome
from suite.records.run import Validity

_SAMPLED = 20_000
"""Times of so many operations of a look rank in its percentiles: evenly chosen among more."""
_RECENT = 3.0
"""Seconds that the present rate is taken over."""
_UNKNOWN = Point(None)
_NONE = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class SoFar:
    """Of the measured part until now, `seconds` long.

    `outcomes` counts what has ended, `rate` what ended ok per second, `recent` the same over the last few
    seconds. `p50` and `p99` are response times, without a value of too few; `memory` is what the system has.
    """

    seconds: float
    outcomes: Mapping[str, int]
    rate: float | None = None
    recent: float | None = None
    p50: Point = _UNKNOWN
    p99: Point = _UNKNOWN
    memory: int | None = None
    validity: Validity = field(default_factory=Validity)


class Watched(Protocol):
    """What of a Sampler is asked while load runs."""

    def held(self, group: str) -> int | None:
        """See `Sampler`."""

    def machine(self, begin_ns: int, end_ns: int) -> MachineUsage:
        """See `Sampler`."""


class RoundSoFar:
    """Adds up what the counters of all groups tell. `begin` is when a timed loop's measured part begins."""

    def __init__(
        self, counters: Sequence[RowCounter], sampler: Watched, begin: int, *, planned: bool
    ) -> None:
        self._counters = counters
        self._sampler = sampler
        self._begin = begin
        self._planned = planned
        self._counts: Counter[int] = Counter()
        self._response = Histogram.of(_NONE)
        self._punctual = Histogram.of(_NONE)
        self._late = Histogram.of(_NONE)
        self._rates: deque[tuple[int, int]] = deque()

    def look(self, now: int) -> tuple[SoFar, list[EndedRows]]:
        """What there is of it at `now`, and the rows that have ended since the last look."""
        begin = self._measured_from()
        rows = [part for counter in self._counters for part in counter.take(now, begin)]
        for part in rows:
            self._add(part.where(part.measured))
        wall = 0.0 if begin is None else max(now - begin, 0) * 1e-9
        ok = self._counts[Outcome.ok]
        self._rates.append((now, ok))
        while len(self._rates) > 1 and now - self._rates[1][0] >= _RECENT * 1e9:
            self._rates.popleft()
        then, before = self._rates[0]
        return SoFar(
            wall,
            {name: self._counts[Outcome[name]] for name in OUTCOMES},
            ok / wall if wall > 0 else None,
            (ok - before) / ((now - then) * 1e-9) if now > then and wall > _RECENT else None,
            percentile(self._response, 0.50),
            percentile(self._response, 0.99),
            self._sampler.held("system"),
            self._validity(begin, now),
        ), rows

    def _measured_from(self) -> int | None:
        """When the measured part began; of a counted loop that is seen once all have done their warm-up."""
        warm = [counter.warm_until() for counter in self._counters]
        return None if None in warm else max([self._begin, *(at for at in warm if at)])

    def _add(self, rows: EndedRows) -> None:
        self._counts.update(dict(enumerate(np.bincount(rows.outcome, minlength=len(OUTCOMES)).tolist())))
        chosen = slice(None, None, -(-len(rows) // _SAMPLED) or 1)
        ok, beyond = rows.outcome[chosen] == Outcome.ok, np.isin(rows.outcome[chosen], BEYOND)
        response = (rows.finished - rows.intended)[chosen]
        self._response = Histogram.merged([self._response, Histogram.of(response[ok], response[beyond])])
        if self._planned:
            late = rows.late[chosen]
            fair = response - late
            self._late = Histogram.merged([self._late, Histogram.of(late)])
            self._punctual = Histogram.merged([self._punctual, Histogram.of(fair[ok], fair[beyond])])

    def _validity(self, begin: int | None, now: int) -> Validity:
        """By those of the rules that what has been seen is enough for; the whole round is judged by all."""
        if begin is None or now <= begin:
            return Validity()
        doubts: list[Doubt] = []
        if self._planned:
            due = sum(counter.due for counter in self._counters)
            missed = sum(counter.undispatched for counter in self._counters)
            doubts += late_sends(self._response, self._punctual, self._late)
            doubts += missed_starts(missed / due if due else 0.0, due)
        machine = self._sampler.machine(begin, now)
        wall = (now - begin) * 1e-9
        pressure = machine.pressure.get("memory")
        seen = Evidence(wall=wall, steal=machine.steal, throttles=machine.throttles,
                        throttled=machine.throttled, pressure_memory=pressure)  # fmt: skip
        doubts += noisy(seen)
        doubts.sort(key=lambda doubt: doubt.verdict != "invalid")
        return Validity(doubts[0].verdict if doubts else "valid", tuple(one.reason for one in doubts))
