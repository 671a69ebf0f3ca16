"""What a system said of itself in one round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
