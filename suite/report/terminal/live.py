"""Progress while load runs: a line or two that change on a terminal, a line now and then elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

from suite.foreign_text import clean
from suite.measure.distribution import Point
from suite.measure.so_far import SoFar
from suite.records.run import Round
from suite.report.reasons import words
from suite.report.words import BAD, FAINT, WARNING, first_line
from suite.units import format_quantity

_BAR = 20
_OFTEN, _EVERY = 10.0, 30.0
"""Seconds of load between lines where there is no terminal, first and later: alive, but not chatty."""
_REDRAWN = 0.45
"""Seconds between two looks of the changing lines: each costs the machine that is measured half a ms."""
_MOVED = 0.2
"""Share by which the present rate is another one than that of all the time."""
_Part = tuple[int, str, str]
"""How dispensable a figure is, the figure, its style."""


class Live:
    """The progress of one workload at a time. `close` removes the lines that are not yet finished."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._changing = console.is_terminal and not console.is_dumb_terminal
        self._ascii = console.options.ascii_only
        self._open = 0
        self._head = ""
        self._rounds = 1
        self._due = _OFTEN
        self._drawn = 0.0

    def phase(self, workload: str, index: int, rounds: int, phase: str) -> None:
        """A round entered another phase."""
        counted = f"round {index + 1} of {rounds}  " if rounds > 1 else ""
        self._head = f"{workload}  {counted}{phase}"
        self._rounds = rounds
        self._due = _OFTEN
        self._drawn = -_REDRAWN
        if self._changing:
            self._show([Text(self._head)])

    def tick(self, seconds: float, total: float | None, operations: int, so_far: SoFar | None = None) -> None:
        """Load has run for `seconds`."""
        known = so_far is not None and sum(so_far.outcomes.values()) > 0
        if self._changing and seconds - self._drawn >= _REDRAWN:
            self._drawn = seconds
            state = _length(seconds, total) if known else _state(seconds, total, operations)
            lines = [Text(f"{self._head}  {self._bar(seconds, total)}{state}")]
            if so_far is not None and known:
                lines.append(self._within(list(_parts(so_far))))
                lines += _doubts(so_far)
            self._show(lines)
        elif not self._changing and seconds >= self._due:
            self._due += _OFTEN if self._due < _EVERY else _EVERY
            state = _state(seconds, total, operations)
            if so_far is not None and known:
                state = ", ".join([_length(seconds, total), *(text for _, text, _ in _parts(so_far))])
            self._line(Text(f"{self._head}  {state}"))

    def round_ended(self, workload: str, result: Round) -> None:
        """A round is over. One that failed is told at once; the Run's table tells of the others."""
        self.close()
        head = f"{workload}  round {result.index + 1} of {self._rounds}"
        if result.failure is not None:
            text = f"{head} ended early: {result.failure.kind}: {first_line(result.failure.message)}"
            self._line(Text(text, BAD))
        elif result.stopped is not None:
            self._line(Text(f"{head} ended early: {words(result.stopped)}", BAD))
        elif not self._changing and self._rounds > 1:
            ok = result.outcomes.get("", {}).get("ok", 0)
            rate = format_quantity(result.metrics.get("throughput"), "1/s")
            p99 = format_quantity(result.metrics.get("response.p99"), "s")
            self._line(Text(f"{head}  {ok:,} ok, {rate}, p99 {p99}, {result.validity.verdict}"))

    def close(self) -> None:
        """Remove the changing lines; what comes next starts at the left."""
        if self._open:
            self._console.control(_CLEAR, *[_UP] * (self._open - 1))
            self._open = 0

    def _show(self, lines: Sequence[Text]) -> None:
        """One line less wide than the terminal each: a line that breaks could not be removed."""
        self._console.control(_CLEAR, *[_UP] * (self._open - 1))
        for line in lines:
            line.truncate(self._console.width - 1, overflow="ellipsis")
        self._console.print(Text("\n", end="").join(lines), end="", no_wrap=True, crop=False)
        self._open = len(lines)

    def _line(self, text: Text) -> None:
        self._console.print(text, soft_wrap=True)

    def _bar(self, seconds: float, total: float | None) -> str:
        wide = len(self._head) + _BAR + len(_length(seconds, total)) + 4
        if not total or wide >= self._console.width:
            return ""
        full, empty = ("#", ".") if self._ascii else ("━", "╌")
        done = min(int(seconds / total * _BAR), _BAR)
        return full * done + empty * (_BAR - done) + "  "

    def _within(self, parts: list[_Part]) -> Text:
        """As many figures as fit into a line, the most telling ones."""
        while len(parts) > 1 and sum(len(text) + 2 for _, text, _ in parts) >= self._console.width:
            parts.remove(max(parts))
        return Text("  ").join([Text(""), *(Text(text, style) for _, text, style in parts)])


_CLEAR = Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2))
_UP = Control((ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2))


def _parts(so_far: SoFar) -> Iterator[_Part]:
    """What is to be said of the figures, in the order of a reader."""
    recent, rate = so_far.recent, so_far.rate
    yield 1, format_quantity(rate, "1/s"), ""
    if rate is not None and recent is not None and abs(recent - rate) > _MOVED * rate:
        yield 3, f"now {format_quantity(recent, '1/s')}", WARNING
    yield from ((4 if name == "p50" else 2, f"{name} {_time(point)}", "") for name, point in
                (("p50", so_far.p50), ("p99", so_far.p99)) if point.value is not None)  # fmt: skip
    for name, count in so_far.outcomes.items():
        if count or name == "ok":
            style = "" if name == "ok" else FAINT if name == "rejected" else BAD
            yield 6 if name == "ok" else 0, f"{count:,} {name}", style
    if so_far.memory is not None:
        yield 5, format_quantity(so_far.memory, "B"), ""
    verdict = so_far.validity.verdict
    yield 4, f"{verdict} so far", "" if verdict == "valid" else WARNING


def _time(point: Point) -> str:
    return f"{'> ' if point.at_least else ''}{format_quantity(point.value, 's')}"


def _doubts(so_far: SoFar) -> list[Text]:
    """Why it can't be believed, the gravest reason; a line of its own."""
    return [Text(f"  {clean(words(reason))}", FAINT) for reason in so_far.validity.reasons[:1]]


def _length(seconds: float, total: float | None) -> str:
    return f"{seconds:.0f}{f' of {total:.0f} s' if total else ' s'}"


def _state(seconds: float, total: float | None, operations: int) -> str:
    rate = format_quantity(operations / seconds if seconds > 0 else None, "1/s")
    return f"{_length(seconds, total)}, {operations:,} operations, {rate}"
