"""Progress while load runs: one line that changes on a terminal, a line now and then elsewhere."""

from __future__ import annotations

from rich.console import Console
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

from suite.records.run import Round
from suite.report.words import BAD, first_line
from suite.units import format_quantity

_BAR = 20
_EVERY = 30.0
"""Seconds of load between lines where there is no terminal: alive, but not chatty."""


class Live:
    """The progress of one workload at a time. `close` removes the line that is not yet finished."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._changing = console.is_terminal and not console.is_dumb_terminal
        self._ascii = console.options.ascii_only
        self._open = False
        self._head = ""
        self._rounds = 1
        self._due = _EVERY

    def phase(self, workload: str, index: int, rounds: int, phase: str) -> None:
        """A round entered another phase."""
        counted = f"round {index + 1} of {rounds}  " if rounds > 1 else ""
        self._head = f"{workload}  {counted}{phase}"
        self._rounds = rounds
        self._due = _EVERY
        if self._changing:
            self._show(self._head)

    def tick(self, seconds: float, total: float | None, operations: int) -> None:
        """Load has run for `seconds`."""
        if self._changing:
            self._show(f"{self._head}  {self._bar(seconds, total)}{_state(seconds, total, operations)}")
        elif seconds >= self._due:
            self._due += _EVERY
            self._line(Text(f"{self._head}  {_state(seconds, total, operations)}"))

    def round_ended(self, workload: str, result: Round) -> None:
        """A round is over. One that failed is told at once; the Run's table tells of the others."""
        self.close()
        head = f"{workload}  round {result.index + 1} of {self._rounds}"
        if result.failure is not None:
            text = f"{head} ended early: {result.failure.kind}: {first_line(result.failure.message)}"
            self._line(Text(text, BAD))
        elif not self._changing and self._rounds > 1:
            ok = result.outcomes.get("", {}).get("ok", 0)
            rate = format_quantity(result.metrics.get("throughput"), "1/s")
            p99 = format_quantity(result.metrics.get("response.p99"), "s")
            self._line(Text(f"{head}  {ok:,} ok, {rate}, p99 {p99}, {result.validity.verdict}"))

    def close(self) -> None:
        """Remove the changing line; what comes next starts at the left."""
        if self._open:
            self._console.control(_CLEAR)
            self._open = False

    def _show(self, text: str) -> None:
        line = Text(text, no_wrap=True, overflow="ellipsis", end="")
        line.truncate(self._console.width - 1, overflow="ellipsis")
        self._console.control(_CLEAR)
        self._console.print(line, end="")
        self._open = True

    def _line(self, text: Text) -> None:
        self._console.print(text, soft_wrap=True)

    def _bar(self, seconds: float, total: float | None) -> str:
        if not total:
            return ""
        full, empty = ("#", ".") if self._ascii else ("━", "╌")
        done = min(int(seconds / total * _BAR), _BAR)
        return full * done + empty * (_BAR - done) + "  "


_CLEAR = Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2))


def _state(seconds: float, total: float | None, operations: int) -> str:
    length = f" of {total:.0f} s" if total else " s"
    rate = format_quantity(operations / seconds if seconds > 0 else None, "1/s")
    return f"{seconds:.0f}{length}, {operations:,} operations, {rate}"
