"""What a search ended with, and how it is told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from suite.leaks.window_series import ALL, CHANGING, NAMES, CounterSeries, WindowSeries
from suite.records.leak import Counter, LeakOutcome, LeakVerdict
from suite.units import format_quantity

_EXACT: tuple[Counter, ...] = ("malloc", "resident", "blocks")


class Unsettled(Exception):
    """A search can't go on; says why."""


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
    reason: str = ""


def tell(finding: Finding, operations: int, detectable: float | None, *, ttl: float) -> LeakVerdict:
    """The verdict on a `finding` after so many `operations`."""
    size, blocks = _growth(finding)
    return LeakVerdict(
        finding.outcome,
        _words(finding, operations, detectable, size, ttl),
        operations,
        bytes_per_operation=size,
        blocks_per_operation=blocks,
        detectable=detectable,
        held=finding.held and finding.outcome != "no growth",
        growths=finding.look.growths(finding.lines or finding.look.risen() or finding.look.a_sum()),
    )


def tell_unsettled(reason: str, operations: int, detectable: float | None, *, held: bool) -> LeakVerdict:
    """The verdict where there is nothing to look at."""
    words = f"could not settle after {operations:,} operations: {reason}{_mode(held)}"
    return LeakVerdict("unsettled", words, operations, detectable=detectable, held=held)


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


def _words(
    finding: Finding, operations: int, detectable: float | None, size: float | None, ttl: float
) -> str:
    far, mode = f"{operations:,} operations", _mode(finding.held)
    match finding.outcome:
        case "no growth":
            words = f"no growth in {far}"
            if detectable is not None:
                words += f", from {format_quantity(detectable, 'B')}/operation on it would have shown"
        case "bounded":
            words = f"filled{mode}, bounded at about {_filled(finding.filled)} after {far}"
        case "released":
            words = f"retained{mode} for up to {format_quantity(ttl, 's')}, then released, in {far}"
        case "unbounded":
            words = f"unbounded{mode} up to {far} at {_rate(finding, size)}: {_risen(finding.lines)} rose"
        case "sporadic":
            words = f"sporadic{mode}: grew irregularly, about {_rate(finding, size)} in {far}; needs more"
        case "unsettled":
            words = f"could not settle{mode} after {far}: {finding.reason}"
    return words + _notes(finding.look.lines)


def _mode(held: bool) -> str:
    return " while connections are held" if held else ""


def _rate(finding: Finding, size: float | None) -> str:
    words = f"{format_quantity(size, 'B')}/operation"
    blocks = finding.look.blocks()
    return words + (f" ({format_quantity(blocks, '1')} blocks)" if blocks and blocks > 0 else "")


def _risen(lines: tuple[CounterSeries, ...]) -> str:
    """Which counters of whom: "Python's blocks and resident memory of process 12"."""
    counters = [NAMES[counter] for counter in NAMES if counter in {line.counter for line in lines}]
    pids = sorted({line.process for line in lines} - {CHANGING, ALL}, key=int)
    whose = [f"process{'es' if len(pids) > 1 else ''} {', '.join(pids)}"] if pids else []
    if ALL in {line.process for line in lines}:
        whose.append("all processes together")
    if CHANGING in {line.process for line in lines}:
        whose.append("processes that started meanwhile")
    return f"{' and '.join(counters)} of {' and of '.join(whose)}"


def _filled(look: WindowSeries) -> str:
    """By how much all processes grew in all, by the counter that knows bytes best."""
    for counter in _EXACT:
        for python in (True, False):
            line = CounterSeries(python, ALL, counter)
            if line in look.lines and look.rate(line) >= line.floor.total:
                unit = "1" if counter == "blocks" else "B"
                return format_quantity(look.rate(line), unit) + (" blocks" if unit == "1" else "")
    return "what it had"


def _notes(lines: Collection[CounterSeries]) -> str:
    """What to know about the processes."""
    words = ""
    if any(line.process == CHANGING for line in lines):
        words += "; processes came and went meanwhile"
    if not all(line.python for line in lines):
        words += "; of processes that aren't Python only resident memory is known, with wider floors"
    return words
