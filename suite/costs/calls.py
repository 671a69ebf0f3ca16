"""Calls of Python functions and SQL statements, counted by our agent in each Python process."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from suite.costs.agent_counter import AgentCounter
from suite.costs.counter import Counts, Span
from suite.costs.sql import controls, normalised
from suite.leaks.site import Kind, Raw
from suite.process.agent_answers import Bill
from suite.process.injection import Mode

_EMPTY = "suite/engine/hollow.py"
"""Operations that do nothing, in place of those that do: the engine calls either."""


class Place(NamedTuple):
    """A function, or a line of it."""

    function: str
    file: str
    line: int


@dataclass(slots=True)
class StatementTally:
    """How often a statement was sent from a line: in a window, and within each operation by its index."""

    times: int = 0
    within: Tally[int] = field(default_factory=Tally)


@dataclass(slots=True)
class CallWindow:
    """One window: calls by function, those of C functions by line and name, statements by text and line, the
    operations of `spans`.
    """

    spans: Sequence[Span]
    calls: Tally[Place] = field(default_factory=Tally)
    c_calls: Tally[tuple[Place, str]] = field(default_factory=Tally)
    statements: dict[tuple[str, Place], StatementTally] = field(default_factory=dict)
    seconds: float = 0.0


class CallCounter(AgentCounter[CallWindow]):
    """See `Counter`. `windows` are told apart by function, line and text."""

    metrics = ("cost.calls", "cost.statements")
    source = "Python"
    mode: Mode = "calls"
    statements = True

    def end(self, spans: Sequence[Span], seconds: float) -> Counts:
        """See `Counter`."""
        self.agents.bill(self.seen)
        window = CallWindow(spans, seconds=seconds)
        self.windows.append(window)
        counts: dict[str, dict[int, float]] = {metric: {} for metric in self.metrics}
        for pid, bill in self.agents.bills().items():
            counts["cost.calls"][pid] = float(self._called(bill.calls, window))
            self._called_in_c(bill.c_calls, window)
            counts["cost.statements"][pid] = float(self._sent(bill, window))
        return counts

    def differing(self) -> Place | None:
        """The function whose calls differ most between the last two windows."""
        if len(self.windows) < 2:
            return None
        before, last = (window.calls for window in self.windows[-2:])
        apart = {place: abs(last[place] - before[place]) for place in before.keys() | last.keys()}
        most = max(apart, key=lambda place: apart[place], default=None)
        return most if most is not None and apart[most] else None

    def _called(self, calls: Iterable[tuple[int, str, str, int]], window: CallWindow) -> int:
        total = 0
        for times, function, file, line in calls:
            kind, name = self.sites.place(file)
            if kind is not Kind.hidden and not file.endswith(_EMPTY):
                window.calls[Place(function, name, line)] += times
                total += times
        return total

    def _called_in_c(self, calls: Iterable[tuple[int, str, str, int, str]], window: CallWindow) -> None:
        for times, function, file, line, called in calls:
            kind, name = self.sites.place(file)
            if kind is not Kind.hidden:
                window.c_calls[Place(function, name, line), called] += times

    def _sent(self, found: Bill, window: CallWindow) -> int:
        texts = [None if controls(text) else normalised(text) for text in found.texts]
        senders = [self._sender(stack) for stack in found.stacks]
        starts = [span.started for span in window.spans]
        total = 0
        for at, number, stack in found.sent:
            if (text := texts[number]) is None:
                continue
            total += 1
            one = window.statements.setdefault((text, senders[stack]), StatementTally())
            one.times += 1
            index = bisect_right(starts, at) - 1
            if index >= 0 and at <= window.spans[index].finished:
                one.within[index] += 1
        return total

    def _sender(self, stack: Sequence[Raw]) -> Place:
        found = self.sites.of(stack)
        if found is None:
            return Place("?", "?", 0)
        return Place(found[0], self.sites.place(found[1])[1], found[2])
