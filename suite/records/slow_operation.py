"""One of the slowest operations of a Run, and what else happened at that moment."""

from __future__ import annotations

from dataclasses import dataclass

from suite.records.reason import Reason


@dataclass(frozen=True, slots=True)
class SlowOperation:
    """`at` is when it was due, in seconds since the measured part of its `round` began; times are in seconds.

    `user` is the index of the User whose it was, None where that is not known. `meanwhile` is what happened
    between its intended start and its end: in the generator, the system's collector, the machine, by a fault.
    """

    at: float
    operation: str
    outcome: str
    response: float
    service: float
    round: int = 0
    user: int | None = None
    meanwhile: tuple[Reason, ...] = ()
