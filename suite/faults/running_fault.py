"""A fault on a way while it runs: which connections it meets, and how much of it there is."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field

from suite.faults.way_fault import WayFault


@dataclass(slots=True, eq=False)
class RunningFault:
    """`number` tells faults of one timeline apart. Times are monotonic: ns in stamps, else seconds.

    `struck` counts the connections that it met, or the requests. `free` is, by direction, when a line of
    limited speed has sent all that it was given.
    """

    number: int
    fault: WayFault
    ramp: float
    random: random.Random
    began: int = 0
    ended: int | None = None
    struck: int = 0
    requests: int = 0
    free: dict[bool, float] = field(default_factory=dict)

    def strength(self) -> float:
        """From 0 to 1: how much of it there is by now."""
        if not self.ramp:
            return 1.0
        return min(1.0, (time.monotonic_ns() - self.began) * 1e-9 / self.ramp)

    def chooses(self, lot: float) -> bool:
        """Whether it meets a connection that drew `lot` from 0 to 1."""
        return lot < self.fault.share * (1.0 if self.fault.measured else self.strength())
