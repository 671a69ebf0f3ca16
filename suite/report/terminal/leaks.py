"""What a search for leaks says: counters that rose, suspects, the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from suite.foreign_text import clean
from suite.ledger.sightings import Sighting, since
from suite.records.leak import Counter, Frame, LeakSearch, LeakSuspect
from suite.report.reasons import verdict_words, words
from suite.report.terminal.sparkline import sparkline
from suite.report.terminal.table import PlainTable
from suite.report.verdict import code_text
from suite.report.words import BAD, FAINT, GOOD, WARNING, many, short_commit, signed
from suite.units import format_quantity

_ROWS, _FRAMES = 8, 5
COUNTERS: dict[Counter, tuple[str, str]] = {
    "blocks": ("Python blocks", "1"),
    "malloc": ("malloc", "B"),
    "resident": ("resident", "B"),
    "descriptors": ("descriptors", "1"),
    "sockets": ("sockets", "1"),
    "threads": ("threads", "1"),
}
_ENDS = {0: ("NO LEAK", "bold green"), 1: ("LEAK", BAD), 3: ("CAN'T TELL", WARNING)}


def head(search: LeakSearch) -> Iterator[Text]:
    """The outcome in words; how far was looked, and what could have been noticed."""
    verdict = search.verdict
    colour = {0: GOOD, 1: BAD, 3: WARNING}[search.exit_code]
    yield Text.assemble((_flat(search.workload), "bold"), "  ", (_flat(verdict_words(verdict)), colour))
    looked = f"{many(verdict.operations, 'operation')} in {format_quantity(search.seconds, 's')}"
    if verdict.held:
        looked += ", connections held open"
    if verdict.detectable is not None:
        looked += f"; {format_quantity(verdict.detectable, 'B')} per operation would have been noticed"
    if search.partial:
        looked += "; ended early"
    yield Text(f"  {looked}", FAINT)


def counters(search: LeakSearch) -> Table:
    """A row per counter that decided, the sum of all processes first."""
    table = PlainTable()
    table.add_column("process", overflow="fold")
    table.add_column("counter", no_wrap=True)
    for title in ("per operation", "first → last", "rise"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("levels", no_wrap=True)
    growths = [growth for growth in search.verdict.growths if growth.levels]
    growths.sort(key=lambda growth: growth.process != "all")
    for growth in growths[:_ROWS]:
        word, unit = COUNTERS[growth.counter]
        first, last = growth.levels[0], growth.levels[-1]
        table.add_row(
            growth.process,
            word,
            signed(growth.per_operation, unit),
            f"{format_quantity(first, unit)} → {format_quantity(last, unit)}",
            signed(last - first, unit),
            sparkline(growth.levels),
        )
    table.add_left_out(len(growths) - _ROWS)
    return table


def suspects(search: LeakSearch) -> Table:
    """A row per suspect, the one that grows most first."""
    table = PlainTable()
    for title in ("share", "bytes/op", "blocks/op"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("function", overflow="fold")
    table.add_column("where", overflow="fold")
    found = search.suspects or ()
    for suspect in found[:_ROWS]:
        table.add_row(
            format_quantity(suspect.share, "ratio"),
            signed(suspect.bytes_per_operation, "B"),
            signed(suspect.blocks_per_operation, "1"),
            _called(suspect),
            f"{_flat(suspect.file)}:{suspect.line}",
        )
    table.add_left_out(len(found) - _ROWS, before=3)
    return table


def below(search: LeakSearch) -> Iterator[Text]:
    """What stands below the tables: the first suspect's stack, what nothing explains, notes, recordings."""
    if not search.suspects and search.exit_code == 1:
        why = "no allocation was traced" if search.suspects is None else "nothing that was traced grows"
        yield Text.assemble(("no suspects: ", WARNING), why)
    if search.suspects and search.suspects[0].stack:
        yield Text.assemble(("stack: ", FAINT), _stack(search.suspects[0].stack))
    if search.unattributed is not None:
        size = signed(search.unattributed, "B")
        yield Text.assemble(
            ("unattributed: ", FAINT), f"{size} per operation, in no allocation that was traced"
        )
    for note in search.notes:
        yield Text.assemble(("note: ", FAINT), clean(words(note)))
    for recording in search.recordings:
        yield Text.assemble(("flame graph: ", FAINT), clean(recording).replace("\n", r"\n"))


def growing_since(search: LeakSearch, past: Sequence[Sighting]) -> Iterator[Text]:
    """The commit at which the first suspect began to grow, if an earlier search saw it grow already."""
    first = since(past)
    if first is None or not search.suspects or not past[-1].bytes_per_operation:
        return
    stretch = past[past.index(first) :]
    if len(stretch) > 1:
        where = f"commit {short_commit(first.commit)}" if first.commit else "no commit"
        clean_before = ", clean before" if len(stretch) < len(past) else ""
        told = f"{where}, {first.started[:10]}, in {len(stretch)} searches{clean_before}"
        yield Text.assemble(("growing since: ", FAINT), told)


def closing(search: LeakSearch, code: int, saved: str | Path | None = None) -> Text:
    """The verdict in one line, and where the document is. `code` is what the command ends with."""
    # Code 0 may be asked for with `--on-invalid=warn`; the verdict stays what it is.
    end = Text(*_ENDS[search.exit_code]) if code in _ENDS else code_text(code)
    where = "" if saved is None else f"; saved as {saved}"
    return Text.assemble(end, f"  {_finding(search)}{where}")


def _finding(search: LeakSearch) -> str:
    verdict = search.verdict
    if search.exit_code == 3:
        return _flat(verdict_words(verdict))
    if search.exit_code == 0:
        return f"up to {many(verdict.operations, 'operation')}"
    if search.suspects:
        worst, more = search.suspects[0], len(search.suspects) - 1
        others = f" and {many(more, 'more suspect')}" if more else ""
        return (
            f"{_called(worst)} {signed(worst.bytes_per_operation, 'B')} per operation, "
            f"{_flat(worst.file)}:{worst.line}{others}"
        )
    if verdict.bytes_per_operation:
        return f"{signed(verdict.bytes_per_operation, 'B')} per operation"
    return _flat(verdict_words(verdict))


def _stack(stack: Sequence[Frame]) -> str:
    shown = [f"{_called(frame)} {_flat(Path(frame.file).name)}:{frame.line}" for frame in stack[:_FRAMES]]
    if len(stack) > _FRAMES:
        shown.append(f"{len(stack) - _FRAMES} more")
    return " < ".join(shown)


def _called(site: LeakSuspect | Frame) -> str:
    """`remember()`; what is no name, like <module>, stays as it is."""
    return _flat(site.function) + ("" if site.function.endswith((">", ")")) else "()")


def _flat(text: str) -> str:
    """`text` from outside within one line."""
    return clean(text).replace("\n", "\\n")
