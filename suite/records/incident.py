"""A fault that was made in a round: when it was, whom it met, what it did to the operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Impact:
    """What a fault did to the operations of the loop. Times are in seconds.

    `outcomes` counts how operations ended "before" the fault began, "during" it (due or in flight then) and
    "after" it, until another one began. `p99` and `slowest` are response times during it, None where there
    are too few to say; `longest` is how long any of them took, those that failed too. `causes` counts what
    ended badly in the same three, by outcome and cause; `retries` the further attempts that were begun in
    each, `amplification` all attempts at each operation that began in it, where operations are tried again.

    The rest is by windows `resolution` wide. `detection`: since it began, until an operation had failed or
    been late. `recovery`: since it ended, until the share of good operations was back where it was before
    and stayed there; `service` is the same by service times, without what had piled up. Both are lower
    bounds where `..._at_least` says so: it never was back. `untold` is why there are none: "few_before" (too
    little to compare with), "other_fault", "not_over".
    """

    outcomes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    p99: float | None = None
    slowest: float | None = None
    longest: float | None = None
    causes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    retries: Mapping[str, int] = field(default_factory=dict)
    amplification: Mapping[str, float] = field(default_factory=dict)
    resolution: float | None = None
    detection: float | None = None
    recovery: float | None = None
    recovery_at_least: bool = False
    service: float | None = None
    service_at_least: bool = False
    untold: str | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """One fault of one round. Times are in seconds since the measured part began; None: it did not happen.

    `planned` is when it was to begin, `ready` when what it had killed answered again, `struck` how many
    connections, requests or processes it met, `settings` what it was set to.
    """

    kind: str
    party: str
    planned: float
    round: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    began: float | None = None
    ended: float | None = None
    ready: float | None = None
    struck: int = 0
    impact: Impact | None = None
