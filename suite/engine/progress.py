"""What the engine tells while it works; reports implement it."""

from __future__ import annotations

from typing import Protocol

from suite.measure.so_far import SoFar
from suite.records.run import Round


class Progress(Protocol):
    """Called by the coordinator, at most about ten times a second. Must return at once."""

    def phase(self, workload: str, index: int, rounds: int, phase: str) -> None:
        """Round `index` (from 0) of `rounds` entered `phase`: starting, running, draining, checking."""

    def tick(self, seconds: float, total: float | None, operations: int, so_far: SoFar | None = None) -> None:
        """Load has run for `seconds` (of `total`, where it is known); `operations` were started. What the
        measured part came to is `so_far`, as it was looked at last.
        """

    def round_ended(self, workload: str, result: Round) -> None:
        """A round is over, well or not."""


class Silent:
    """No progress shown."""

    def phase(self, workload: str, index: int, rounds: int, phase: str) -> None: ...

    def tick(
        self, seconds: float, total: float | None, operations: int, so_far: SoFar | None = None
    ) -> None: ...

    def round_ended(self, workload: str, result: Round) -> None: ...


class Named:
    """Progress of one round of a search, called `name`; the search tells itself that it is over.

    `seconds` of load have run, None before there was any.
    """

    def __init__(self, inner: Progress, name: str) -> None:
        self._inner = inner
        self._name = name
        self.seconds: float | None = None

    def phase(self, workload: str, index: int, rounds: int, phase: str) -> None:  # noqa: ARG002
        """See `Progress`."""
        if phase == "running":
            self.seconds = 0.0
        self._inner.phase(f"{workload}  {self._name}", 0, 1, phase)

    def tick(self, seconds: float, total: float | None, operations: int, so_far: SoFar | None = None) -> None:
        """See `Progress`."""
        self.seconds = seconds
        self._inner.tick(seconds, total, operations, so_far)

    def round_ended(self, workload: str, result: Round) -> None:
        """See `Progress`."""
