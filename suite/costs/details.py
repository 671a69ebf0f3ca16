"""What windows told apart, per operation: calls by function, allocations by line, statements by text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from suite.costs.agent_counter import AgentCounter
from suite.costs.allocations import AllocationWindow
from suite.costs.calls import CallWindow, Place
from suite.costs.counted_window import slope
from suite.records.costs import AllocationSite, CCalls, FunctionCalls, SentStatement

_MOST = 1000
"""So many functions and lines are kept, those with the most first."""
_LEAST = 0.005
"""Less often per operation is nothing."""


class _Lasting(Protocol):
    seconds: float


_Window = TypeVar("_Window", bound=_Lasting)
_Key = TypeVar("_Key")
_Engine = AgentCounter[_Window] | None


def functions(
    counter: AgentCounter[CallWindow], operations: int, engine: _Engine[CallWindow] = None
) -> tuple[FunctionCalls, ...]:
    """How often an operation calls each function, less what the `engine`'s own counter has of it."""
    calls = _less(counter, engine, operations, lambda window: window.calls)
    found = [FunctionCalls(*place, times) for place, times in calls.items()]
    return tuple(sorted(found, key=lambda one: (-one.calls, one.file, one.line))[:_MOST])


def c_functions(
    counter: AgentCounter[CallWindow], operations: int, engine: _Engine[CallWindow] = None
) -> tuple[CCalls, ...]:
    """How often an operation calls each C function at each line, less what the `engine`'s own counter has."""
    calls = _less(counter, engine, operations, lambda window: window.c_calls)
    found = [CCalls(*place, called, times) for (place, called), times in calls.items()]
    return tuple(sorted(found, key=lambda one: (-one.calls, one.file, one.line, one.called))[:_MOST])


def allocation_sites(
    counter: AgentCounter[AllocationWindow], operations: int, engine: _Engine[AllocationWindow] = None
) -> tuple[AllocationSite, ...]:
    """How often an operation allocates at each line, less what the `engine`'s own counter has of it."""
    times = _less(counter, engine, operations, lambda window: _column(window, 0))
    sizes = _less(counter, engine, operations, lambda window: _column(window, 1))
    found = [AllocationSite(*place, number, sizes.get(place, 0.0)) for place, number in times.items()]
    return tuple(sorted(found, key=lambda one: (-one.allocations, one.file, one.line))[:_MOST])


def sent_statements(windows: Sequence[CallWindow]) -> tuple[SentStatement, ...]:
    """The statements of the last window by text and line, those that are sent most first."""
    if not windows:
        return ()
    window = windows[-1]
    names = [span.operation for span in window.spans]
    found = [
        SentStatement(
            text,
            *place,
            sent=one.times / max(1, len(names)),
            repeated=max(one.within.values(), default=0),
            operations=tuple(sorted({names[index] for index in one.within})),
        )
        for (text, place), one in window.statements.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.sent, one.text, one.file, one.line)))


def _less(
    counter: AgentCounter[_Window],
    engine: _Engine[_Window],
    operations: int,
    read: Callable[[_Window], Mapping[_Key, float]],
) -> dict[_Key, float]:
    """Per operation, of the last two windows; what is left of it without what goes by the clock, and without
    the engine."""
    own = _mean(counter, operations, read)
    others = {} if engine is None else _mean(engine, operations, read)
    left = {place: value - others.get(place, 0.0) for place, value in own.items()}
    return {place: value for place, value in left.items() if value > _LEAST}


def _mean(
    counter: AgentCounter[_Window], operations: int, read: Callable[[_Window], Mapping[_Key, float]]
) -> dict[_Key, float]:
    last = counter.windows[-2:]
    if not last:
        return {}
    total: dict[_Key, float] = {}
    for window in last:
        for place, value in read(window).items():
            total[place] = total.get(place, 0.0) + value
    mean = {place: value / len(last) for place, value in total.items()}
    if counter.held is not None:
        every = [*counter.windows, counter.held]
        seconds, counts = [window.seconds for window in every], [read(window) for window in every]
        middle = sum(window.seconds for window in last) / len(last)
        for place, value in mean.items():
            more = slope(seconds, [count.get(place, 0.0) for count in counts])
            mean[place] = max(0.0, value - more * middle)
    return {place: value / operations for place, value in mean.items()}


def _column(window: AllocationWindow, index: int) -> dict[Place, float]:
    return {place: float(both[index]) for place, both in window.lines.items()}
