"""What hours of load did to a system: plain data of its windows, and of what moved over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from suite.records.better import Better
from suite.records.comparison import Shift
from suite.records.detail import Detail, added_up
from suite.records.histogram import Histogram
from suite.records.provenance import Provenance
from suite.records.run import Failure, Judgement, Measured, Validity

_VALID = Validity()
_OF_LOAD = ("response", "failures", "throughput")
Course = Literal["steady", "small", "stopped", "told", "drifts"]
"""How a series went. `steady`: not worse, as far as chance lets us see. `small`: worse by less than counts.
`stopped`: worse at first, and no more. `told`: worse without end, of what may well grow as no limit is near.
`drifts`: worse without end."""


@dataclass(frozen=True, slots=True)
class WindowOperation:
    """How operations of one name ended in a window, by outcome, and their response times.

    `service` are their service times; None where they are the same, in a closed loop. Both are text, as
    `Histogram.encode` has it: there are hundreds of windows, and counts take a hundred times as much.
    """

    outcomes: Mapping[str, int]
    response: str
    service: str | None = None

    @property
    def response_times(self) -> Histogram:
        """Raises StoreError if they can't be read."""
        return Histogram.decode(self.response)

    @property
    def service_times(self) -> Histogram | None:
        """The same of `service`."""
        return None if self.service is None else Histogram.decode(self.service)


@dataclass(frozen=True, slots=True)
class Holding:
    """What the processes of one party hold: the middle of several looks. What can't be read is None.

    `memory` is the anonymous of each, and the shared of the process with most of it (of our workers none), in
    bytes: what several have in common, as a database's processes do, counts once. `sockets` are among the
    `descriptors`. `descriptors_left` is how many more the one that is nearest to its limit may open. `disk`
    are bytes below its folder of the round.
    """

    processes: int | None = None
    memory: int | None = None
    descriptors: int | None = None
    sockets: int | None = None
    threads: int | None = None
    disk: int | None = None
    descriptors_left: int | None = None


@dataclass(frozen=True, slots=True)
class SoakWindow:
    """One stretch of a soak. `begin` is how many seconds of load came before it, `seconds` its length.

    The system is a new one where `segment` changes; a window that is `warming` comes soon after and is not
    judged. `operations` are what the loop started, `beside` what others awaited, and connects. `parties` are
    the system, helpers by name and our workers. `observed` are the metrics of what the system said.
    `memory_left` and `disk_left` are bytes that the machine, or the container, has free. `details` are what
    has gone wrong since the system's start, where that is news.
    """

    index: int
    segment: int
    started: str
    begin: float
    seconds: float
    warming: bool
    operations: Mapping[str, WindowOperation]
    beside: Mapping[str, WindowOperation] = field(default_factory=dict)
    parties: Mapping[str, Holding] = field(default_factory=dict)
    observed: Mapping[str, float] = field(default_factory=dict)
    memory_left: int | None = None
    disk_left: int | None = None
    validity: Validity = _VALID
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True, slots=True)
class Trend:
    """How one metric moved over the windows that count, in its base unit.

    `first` and `last` are the ends of the line through its `values`; `slope` is per hour, with an interval of
    95 %. `p` is the chance of as much where nothing gets worse; the variance behind it is `inflation` times
    that of windows which don't resemble the ones before. A worsening counts from `least` on. At this pace the
    `limit` is reached after `left` seconds; None where there is no limit, or nothing nears it.
    """

    metric: str
    unit: str
    better: Better
    course: Course
    first: float
    last: float
    slope: Shift
    p: float
    inflation: float
    least: float
    values: tuple[float, ...] = ()
    limit: float | None = None
    left: float | None = None

    @property
    def of_load(self) -> bool:
        """Whether it is what operations came to, and not what somebody holds."""
        return self.metric.partition("@")[0].partition(".")[0] in _OF_LOAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Soak(Provenance):
    """The immutable record of one soak: of `seconds` of load, in windows of `window` seconds each.

    `warmup` seconds from each start of the system on are not judged. `metrics` and `thresholds` are those of
    all windows that count, as one. `error` is what ended it early.
    """

    NAME: ClassVar[str] = "soak"
    KIND: ClassVar[str] = "soak"
    DERIVED: ClassVar[tuple[str, ...]] = ("exit_code",)

    seconds: float
    window: float
    warmup: float
    windows: tuple[SoakWindow, ...] = ()
    trends: tuple[Trend, ...] = ()
    metrics: Mapping[str, Measured] = field(default_factory=dict)
    thresholds: tuple[Judgement, ...] = ()
    validity: Validity = _VALID
    error: Failure | None = None

    @property
    def wanted(self) -> int:
        """How many windows that count it is to have."""
        return round(self.seconds / self.window)

    @property
    def details(self) -> tuple[Detail, ...]:
        """What went wrong, by cause, over all starts of the system, the warm-up included."""
        last = {window.segment: window.details for window in self.windows if window.details}
        return added_up(last.values())

    @property
    def exit_code(self) -> int:
        """4 the system died, 3 can't be believed, 1 something drifts or broke its critical level, else 0.

        What somebody holds drifts all the same where the load was not as planned.
        """
        if self.error is not None:
            return 4 if self.error.kind == "system" else 3
        drifting = [trend for trend in self.trends if trend.course == "drifts"]
        if self.validity.verdict == "invalid":
            return 1 if any(not trend.of_load for trend in drifting) else 3
        missed = any(judged.level == "critical" and judged.passed is False for judged in self.thresholds)
        return 1 if drifting or missed else 0
