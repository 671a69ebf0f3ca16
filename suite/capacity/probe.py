"""What a search for the capacity is made of: single looks, rules on when they decide, what was found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from suite.records.reason import Reason

Verdict = Literal["held", "broke", "undelivered", "unclear"]
End = Literal["found", "below", "range", "generator", "unclear", "budget"]
"""How a search ended: an interval; all broke, down to the lowest load; all held, up to the highest one;
the generator could not go higher; what could not be judged was in the way; time or probes ran out."""
_FOREVER = float("inf")
_VOID = 3
"""So many looks in vain are no accident of the machine any more."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One look at the system under `load` (starts per second, or users).

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


@dataclass(frozen=True, slots=True)
class LoadBounds:
    """Where and how long to look.

    The first look is at `start`, none is outside `lowest`..`highest`; `factor` widens, `resolution` is
    the relative width of an interval that is narrow enough. `repeats` looks decide about a point, up to
    twice as many about a borderline one. At most `probes` looks and `seconds` in all. `whole` allows
    whole numbers only.
    """

    start: float
    lowest: float
    highest: float
    factor: float = 2.0
    resolution: float = 0.05
    repeats: int = 3
    probes: int = 100
    seconds: float = _FOREVER
    whole: bool = False


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


def judged(looks: Sequence[Probe], repeats: int) -> Verdict | None:
    """The verdict on one point after `looks`; None if more are needed.

    Looks of one mind decide once they are the majority of `repeats`. A point where they differ is
    borderline: it gets up to 2 * repeats - 1 looks and must hold in the same share of them. What could
    not be delivered or judged counts for nothing; after three such looks the point is given up.
    """
    held = sum(look.valid and look.holds is True for look in looks)
    broke = sum(look.valid and look.holds is False for look in looks)
    majority = repeats // 2 + 1
    most = 2 * repeats - 1
    enough = math.ceil(most * majority / repeats)
    if held >= (enough if broke else majority):
        return "held"
    if broke >= (most - enough + 1 if held else majority):
        return "broke"
    if len(looks) - held - broke >= _VOID:
        return "undelivered" if any(not look.valid for look in looks) else "unclear"
    return None


def confirmed(looks: Sequence[Probe]) -> Verdict | None:
    """The verdict of long `looks`: one that holds is enough, else the majority of three."""
    held = sum(look.valid and look.holds is True for look in looks)
    broke = sum(look.valid and look.holds is False for look in looks)
    if held > broke:
        return "held"
    if broke >= 2:
        return "broke"
    if len(looks) - held - broke >= _VOID:
        return "undelivered" if any(not look.valid for look in looks) else "unclear"
    return None
