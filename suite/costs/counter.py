"""What counts in the processes of a system while a window of operations runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from suite.process.injection import Injection, Mode

Counts = Mapping[str, Mapping[int, float]]
"""By metric and process, over a whole window."""


class Counter:
    """Base of what counts some `metrics` by a `source`.

    `mode` is what our agent does meanwhile, and the system runs so many times `slower`.
    """

    metrics: tuple[str, ...]
    source: str
    mode: Mode = "still"
    slower = 1.0

    def under(self, directory: Path) -> AbstractContextManager[None]:  # noqa: ARG002 - most need no folder
        """What the system has to start inside of; `directory` is the round's."""
        return nullcontext()

    def begin(self, pids: Iterable[int], clients: Iterable[int]) -> None:
        """A window begins in all processes of the system; `clients` load it."""
        raise NotImplementedError

    def look(self, pids: Iterable[int]) -> None:
        """These processes are there by now."""
        raise NotImplementedError

    def end(self, agents: Injection) -> Counts:
        """The window has ended, and `look` came before."""
        raise NotImplementedError
