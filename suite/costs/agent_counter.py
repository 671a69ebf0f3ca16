"""What our agent counts inside the Python processes of a system."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, Self, TypeVar

from suite.costs.counter import Counter
from suite.leaks.site import Sites
from suite.process.injection import Injection
from suite.records.reason import Reason

Window = TypeVar("Window")
"""What one window tells apart by place; `seconds` is how long it was."""


class AgentCounter(Counter, Generic[Window]):
    """Base of Counters that ask the agents, which tell places by `sites`.

    `windows` are those that were counted, `held` is one in which the system was held up.
    """

    def __init__(self, sites: Sites) -> None:
        self.sites = sites
        self.windows: list[Window] = []
        self.held: Window | None = None
        self.agents: Injection
        self.seen: set[int] = set()
        self._refused: dict[int, str] = {}

    def twin(self) -> Self:
        """See `Counter`."""
        other = super().twin()
        other.windows, other.held = [], None
        return other

    def begin(self, agents: Injection, pids: Iterable[int], clients: Iterable[int]) -> None:  # noqa: ARG002
        """See `Counter`."""
        self.agents = agents
        self.seen = set()
        self.look(pids)

    def look(self, pids: Iterable[int]) -> None:
        """See `Counter`."""
        if new := set(pids) - self.seen:
            self._refused |= self.agents.count(new)
            self.seen |= new

    def forget(self) -> None:
        """See `Counter`."""
        self.windows.pop()

    def set_aside(self) -> None:
        """See `Counter`."""
        self.held = self.windows.pop()

    def missing(self) -> Reason:
        """See `Counter`."""
        return next(iter(self.notes()), super().missing())

    def notes(self) -> list[Reason]:
        """See `Counter`: the first process that does not count, and why."""
        return [
            Reason("no_answer", {"process": pid, "error": error})
            for pid, error in list(self._refused.items())[:1]
        ]
