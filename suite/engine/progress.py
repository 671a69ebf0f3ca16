"""What the engine tells while it works; reports implement it."""

from __future__ import annotations

from typing import Protocol

from suite.records.run import Round


class Progress(Protocol):
    """Called by the coordinator, at most about ten times a second. Must return at once."""

    def phase(self, workload: str, index: int, rounds: int, phase: str) -> None:
        """Round `index` (from 0) of `rounds` entered `phase`: starting, running, draining, checking."""

    def tick(self, seconds: float, total: float | None, operations: int) -> None:
        """Load has run for `seconds` (of `total`, where it is known); `operations` were started."""

    def round_ended(self, workload: str, result: Round) -> None:
        """A round is over, well or not."""


class Silent:
    """No progress shown."""

    def phase(self, workload: str, index: int, rounds: int, phase: str) -> None: ...

    def tick(self, seconds: float, total: float | None, operations: int) -> None: ...

    def round_ended(self, workload: str, result: Round) -> None: ...
