"""How much load a system holds: plain data of a search, its looks and what they come to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

from suite.records.level import Level
from suite.records.reason import Reason
from suite.records.unfinished import SearchRecord

Over = Literal["rate", "users", "speed"]
End = Literal["found", "below", "range", "generator", "unclear", "budget"]
"""How a search ended: an interval; all broke, down to the lowest load; all held, up to the highest one;
the generator could not go higher; what could not be judged was in the way; time or probes ran out."""


def unit_of(over: Over) -> str:
    """The unit of loads that are searched `over`."""
    return {"rate": "1/s", "users": "users", "speed": "x"}[over]


@dataclass(frozen=True, slots=True)
class Goal:
    """What to search: `over` rate (starts per second), users or the speed of a replay, held to thresholds
    at `level`.

    A look takes `seconds`, the search at most `budget` seconds. `lowest` and `highest` bound the load;
    None leaves it to us. `at_least` is a load that must hold: it is looked at first.
    """

    over: Over
    level: Level = "critical"
    seconds: float = 3.0
    repeats: int = 3
    budget: float = 180.0
    lowest: float | None = None
    highest: float | None = None
    at_least: float | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """One look at the system under `load` (starts per second, users, or times the log's own speed).

    `holds` is None if it could not be judged; `broke` names what broke first. `throughput` is in 1/s,
    `p50` and `p99` are seconds, `failures` is a ratio, `flight` the mean number of operations in flight.
    `count` is how many operations were due at random moments, 0 where there was no chance in it.
    `valid` is False if the load was not delivered as planned: that says nothing about the system.
    `reasons` say what broke by how much, or why it can't be believed.
    """

    load: float
    holds: bool | None
    broke: str | None = None
    throughput: float | None = None
    p50: float | None = None
    p99: float | None = None
    failures: float | None = None
    flight: float | None = None
    backlog_grew: bool = False
    count: int = 0
    valid: bool = True
    reasons: tuple[Reason, ...] = ()

    def __post_init__(self) -> None:
        if math.isnan(self.load):
            raise ValueError("a look without a load")


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search knows: `low` is the highest load that held, `high` the lowest that broke.

    None where there is no such load. `broke` is what broke first at `high`. `looks` are all probes in
    their order; `spent` says that the budget ended the search before the interval was narrow enough.
    """

    end: End
    low: float | None
    high: float | None
    broke: str | None
    looks: tuple[Probe, ...]
    spent: bool = False

    def margins(self) -> tuple[float, float]:
        """By how much chance alone may have moved `low` and `high`, as shares of them.

        n arrivals at random vary by their square root: two of those, of the longest look at that load.
        """

        def margin(load: float | None) -> float:
            count = max((look.count for look in self.looks if look.load == load and look.valid), default=0)
            return 2 / math.sqrt(count) if count else 0.0

        return margin(self.low), margin(self.high)


@dataclass(frozen=True, slots=True)
class Scaling:
    """X(N) = rate N / (1 + contention (N - 1) + coherence N (N - 1)), fitted to `points`.

    `rate` is the throughput of one (1/s), `contention` (sigma, 0 to 1) the share of work that waits for
    others, `coherence` (kappa, at least 0) the cost of agreeing with every other. `r_squared` is the
    share of the variance of throughput that the law explains. `peak` is the concurrency of the highest
    throughput, `highest` that throughput; None where it rises for ever. The parameters are None where
    there are too few points; `fit` says how good it is, and what its peak rests on.
    """

    points: tuple[tuple[float, float], ...]
    rate: float | None = None
    contention: float | None = None
    coherence: float | None = None
    r_squared: float | None = None
    peak: float | None = None
    highest: float | None = None
    fit: Reason | None = None

    def throughput(self, concurrency: float) -> float | None:
        """What the law says for `concurrency`, in 1/s."""
        if self.rate is None or self.contention is None or self.coherence is None:
            return None
        n = concurrency
        return self.rate * n / (1 + self.contention * (n - 1) + self.coherence * n * (n - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity(SearchRecord):
    """What a search found, and all looks. `plan` is that of its first look."""

    NAME: ClassVar[str] = "capacity search"
    KIND: ClassVar[str] = "capacity"
    DERIVED: ClassVar[tuple[str, ...]] = ("unit", "interval", "exit_code")

    goal: Goal
    found: SearchResult
    scaling: Scaling

    @property
    def unit(self) -> str:
        """The unit of loads: 1/s, users, or x."""
        return unit_of(self.goal.over)

    @property
    def interval(self) -> tuple[float | None, float | None]:
        """The loads between which the capacity lies: what held and what broke, less and plus chance."""
        below, above = self.found.margins()
        low, high = self.found.low, self.found.high
        return (None if low is None else low * (1 - below), None if high is None else high * (1 + above))

    @property
    def exit_code(self) -> int:
        """0 found, or `at_least` held; 1 the lowest load or `at_least` broke; 3 neither is known."""
        low, high, floor = self.found.low, self.found.high, self.goal.at_least
        if floor is not None:
            return 0 if low is not None and low >= floor else 1 if high is not None and high <= floor else 3
        return {"found": 0, "range": 0, "below": 1}.get(self.found.end, 3)
