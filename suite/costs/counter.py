"""What counts in the processes of a system while a window of operations runs."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Self

from suite.process.injection import Injection, Mode
from suite.records.reason import Reason

Counts = Mapping[str, Mapping[int, float]]
"""By metric and process, over a whole window."""


class Span(NamedTuple):
    """An operation and when it ran, in monotonic nanoseconds."""

    operation: str
    started: int
    finished: int


class Counter:
    """Base of what counts some `metrics` by a `source`.

    `mode` is what our agent does meanwhile, and the system runs so many times `slower`: at least on a machine
    that is busy, which counts do not mind.
    """

    metrics: tuple[str, ...]
    source: str
    mode: Mode = "still"
    slower = 5.0
    holds = True
    """Whether the system may be held up, to tell what it does by the clock."""
    anywhere = False
    """Whether it counts in all processes that are ours, and not only in those that it may get inside of."""
    statements = False
    """Whether databases are asked which statements came meanwhile."""
    threads: Mapping[str, Mapping[int, Sequence[float]]] = MappingProxyType({})
    """What threads of each process had of the last window, the oldest first; nothing unless told apart."""

    def under(self, directory: Path) -> AbstractContextManager[None]:  # noqa: ARG002 - most need no folder
        """What the system has to start inside of; `directory` is the round's."""
        return nullcontext()

    def begin(self, agents: Injection, pids: Iterable[int], clients: Iterable[int]) -> None:
        """A window begins in all processes of the system, which have `agents`; `clients` load it."""
        raise NotImplementedError

    def look(self, pids: Iterable[int]) -> None:
        """These processes are there by now."""
        raise NotImplementedError

    def missing(self) -> Reason:
        """Why what was not counted was not."""
        return Reason("not_counted")

    def notes(self) -> list[Reason]:
        """What is to be known of what was counted."""
        return []

    def twin(self) -> Self:
        """Another one for the same system, which has counted nothing yet."""
        return copy.copy(self)

    def forget(self) -> None:
        """The last window is of no interest once it has been counted."""

    def set_aside(self) -> None:
        """The last window is one in which the system was held up."""

    def end(self, spans: Sequence[Span], seconds: float) -> Counts:
        """The window has ended after `seconds`, with these operations; `look` came before."""
        raise NotImplementedError
