"""What a system said of itself in one round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class RequestCount:
    """Requests of a round as both sides count them.

    `counted` is what the counter `metric` of the system grew by, without our readings of it. `answered` is
    how many our users saw an answer to, `unanswered` how many more they sent: those it may have counted.
    """

    metric: str
    counted: int
    answered: int
    unanswered: int = 0

    @property
    def beyond(self) -> int:
        """Requests counted more than were sent, or, below 0, fewer than were answered."""
        return max(self.counted - self.answered - self.unanswered, 0) + min(self.counted - self.answered, 0)


@dataclass(frozen=True, slots=True)
class Observation:
    """The figures of one `source` over time, as they were read beside the load.

    Where several processes answer `in_turns`, each with counters of its own, their counters say nothing.
    `second` is when each reading was answered, since the measured part began; a figure that a reading
    lacks is None. Those in `counters` only grow. `failures` says how many readings did not come, by kind;
    `left_out` how many names were too many to keep.
    """

    source: str
    second: tuple[float, ...] = ()
    values: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)
    counters: tuple[str, ...] = ()
    failures: Mapping[str, int] = field(default_factory=dict)
    left_out: int = 0
    in_turns: bool = False
    requests: RequestCount | None = None

    @property
    def moved(self) -> list[str]:
        """Names of the figures that did not stand still, those of pools first."""
        names = [name for name in self.values if len({value for _, value in self.readings(name)}) > 1]
        return sorted(names, key=lambda name: ("pool" not in name, name))

    def readings(self, name: str) -> list[tuple[float, float]]:
        """Seconds and values of a figure, where a reading had it."""
        pairs = zip(self.second, self.values[name], strict=False)  # what was imported may be ragged
        return [(second, value) for second, value in pairs if value is not None]

    def steps(self, name: str) -> list[tuple[float, float, float]]:
        """What a counter grew by between readings: from one second to another, by how much.

        One that is smaller than before was set back: it grew by nothing that is known.
        """
        return [
            (since, until, max(now - before, 0.0))
            for (since, before), (until, now) in pairwise(self.readings(name))
        ]

    def roused(self, first: float) -> list[str]:
        """Counters that stood still until `first`, the second of a fault, and moved then, in their order.

        None where no reading tells what was before it.
        """
        if not any(0 < second <= first for second in self.second):
            return []
        began = {
            name: next((until for _, until, grown in self.steps(name) if grown), None)
            for name in self.counters
        }
        woken = {name: when for name, when in began.items() if when is not None and when > first}
        return sorted(woken, key=woken.__getitem__)
