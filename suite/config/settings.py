"""What the command line and a configuration file change about workloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from suite.contract.fault import At
from suite.contract.loop import Loop

ENDS = ("operations", "each", "seconds")
"""What ends a closed loop: one of these."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Overrides for workloads; plain data that travels to the workers.

    `values` are named parameters of systems and workloads (`--set`), `thresholds` maps a metric to its
    new levels, `skipped_operations` leaves operations out, `workers` spreads users over processes.
    `services` are URLs of those that run already, by name.
    `loop` takes the place of the workload's own, before the others change it; its faults are `faults`.
    """

    rounds: int | None = None
    quick: bool = False
    users: int | None = None
    operations: int | None = None
    each: int | None = None
    seconds: float | None = None
    rate: float | None = None
    target: str | None = None
    workers: int = 1
    seed: int = 1
    values: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    skipped_operations: frozenset[str] = frozenset()
    services: Mapping[str, str] = field(default_factory=dict)
    loop: Loop | None = None
    faults: tuple[At, ...] = ()

    def round_count(self) -> int:
        """Rounds of a Run: as asked, else 1 in quick mode and 3 otherwise."""
        return self.rounds if self.rounds is not None else 1 if self.quick else 3

    def with_loop(self, loop: Loop, faults: tuple[At, ...] = ()) -> Settings:
        """A copy for one round of `loop`, which nothing else changes, with `faults`."""
        nothing: dict[str, Any] = dict.fromkeys(("users", *ENDS, "rate"))
        return replace(self, rounds=1, quick=False, loop=loop, faults=faults, **nothing)

    def merged(self, **changes: Any) -> Settings:
        """A copy with the changes that are not None."""
        return replace(self, **{name: value for name, value in changes.items() if value is not None})
