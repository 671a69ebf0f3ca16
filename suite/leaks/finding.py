"""What a search ended with, and the verdict that it makes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from suite.leaks.window_series import ALL, CHANGING, CounterSeries, WindowSeries
from suite.records.leak import Counter, LeakOutcome, LeakVerdict
from suite.records.reason import Reason

_WARMING = 10
"""So many windows at least go by before growth counts: within them a cache should be full."""
_EXACT: tuple[Counter, ...] = ("malloc", "resident", "blocks")


class Unsettled(Exception):
    """A search can't go on, for a `reason`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.kind)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Finding:
    """An outcome with the look that decided it and the lines that rose in it.

    `filled` is all that was looked at, its two ends. `reason` is why something is unsettled.
    """

    outcome: LeakOutcome
    look: WindowSeries
    lines: tuple[CounterSeries, ...]
    filled: WindowSeries
    held: bool
    reason: Reason | None = None


def tell(finding: Finding, operations: int, detectable: float | None, *, ttl: float) -> LeakVerdict:
    """The verdict on a `finding` after so many `operations`."""
    size, blocks = _growth(finding)
    return LeakVerdict(
        finding.outcome,
        operations,
        bytes_per_operation=size,
        blocks_per_operation=blocks,
        detectable=detectable,
        held=finding.held and finding.outcome != "no growth",
        growths=finding.look.growths(finding.lines or finding.look.risen() or finding.look.a_sum()),
        reasons=tuple(_reasons(finding, ttl)),
    )


def tell_unsettled(reason: Reason, operations: int, detectable: float | None, *, held: bool) -> LeakVerdict:
    """The verdict where there is nothing to look at."""
    return LeakVerdict("unsettled", operations, detectable=detectable, held=held, reasons=(reason,))


def _growth(finding: Finding) -> tuple[float | None, float | None]:
    """Bytes and blocks per operation of what goes on; of irregular growth, the mean."""
    look = finding.look
    blocks = look.blocks()
    match finding.outcome:
        case "unbounded":
            return look.size(finding.lines), blocks
        case "sporadic":
            return look.size(look.lines), blocks
        case "unsettled":
            return None, None
        case _:
            return 0.0, None if blocks is None else 0.0


def _reasons(finding: Finding, ttl: float) -> Iterator[Reason]:
    """What the outcome rests on, then what to know about the processes."""
    if finding.outcome == "bounded":
        yield _filled(finding.filled)
    elif finding.outcome == "released":
        yield Reason("retained", {"seconds": ttl})
    elif finding.reason is not None:
        yield finding.reason
    elif finding.outcome == "unbounded":
        window, left = finding.look.operations, finding.look.to_fill()
        if left is None:
            yield Reason("still_growing", {"window": window})
        else:
            yield Reason("cache_fills", {"left": left, "window": max(window, math.ceil(left / _WARMING))})
    lines = finding.look.lines
    if any(line.process == CHANGING for line in lines):
        yield Reason("processes_changed")
    if not all(line.python for line in lines):
        yield Reason("not_python")


def _filled(look: WindowSeries) -> Reason:
    """By how much all processes grew in all, by the counter that knows bytes best."""
    for counter in _EXACT:
        for python in (True, False):
            line = CounterSeries(python, ALL, counter)
            if line in look.lines and look.rate(line) >= line.floor.total:
                return Reason("filled", {"blocks" if counter == "blocks" else "bytes": look.rate(line)})
    return Reason("filled")
