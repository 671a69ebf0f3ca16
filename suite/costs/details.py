"""What windows told apart, per operation: calls by function, allocations by line, statements by text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from suite.costs.allocations import AllocationWindow
from suite.costs.calls import CallWindow, Place
from suite.records.costs import AllocationSite, FunctionCalls, SentStatement

_MOST = 1000
"""So many functions and lines are kept, those with the most first."""
_LEAST = 0.005
"""Less often per operation is nothing."""
_Window = TypeVar("_Window")


def functions(
    windows: Sequence[CallWindow], operations: int, engine: Sequence[CallWindow] = ()
) -> tuple[FunctionCalls, ...]:
    """How often an operation calls each function, less what the `engine`'s own windows have of it."""
    calls = _less(windows, engine, operations, lambda window: window.calls)
    found = [FunctionCalls(*place, times) for place, times in calls.items()]
    return tuple(sorted(found, key=lambda one: (-one.calls, one.file, one.line))[:_MOST])


def allocation_sites(
    windows: Sequence[AllocationWindow], operations: int, engine: Sequence[AllocationWindow] = ()
) -> tuple[AllocationSite, ...]:
    """How often an operation allocates at each line, less what the `engine`'s own windows have of it."""
    times = _less(windows, engine, operations, lambda window: _column(window, 0))
    sizes = _less(windows, engine, operations, lambda window: _column(window, 1))
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
    windows: Sequence[_Window],
    engine: Sequence[_Window],
    operations: int,
    read: Callable[[_Window], Mapping[Place, float]],
) -> dict[Place, float]:
    """Per operation, of the last two windows; what is left of it without the engine."""
    own, others = _mean(windows, operations, read), _mean(engine, operations, read)
    left = {place: value - others.get(place, 0.0) for place, value in own.items()}
    return {place: value for place, value in left.items() if value > _LEAST}


def _mean(
    windows: Sequence[_Window], operations: int, read: Callable[[_Window], Mapping[Place, float]]
) -> dict[Place, float]:
    last = windows[-2:]
    total: dict[Place, float] = {}
    for window in last:
        for place, value in read(window).items():
            total[place] = total.get(place, 0.0) + value / (operations * len(last))
    return total


def _column(window: AllocationWindow, index: int) -> dict[Place, float]:
    return {place: float(both[index]) for place, both in window.lines.items()}
