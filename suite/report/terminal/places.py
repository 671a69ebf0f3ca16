"""Where counted costs changed: statements, functions by calls and allocations, C functions by caller."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from suite.foreign_text import clean
from suite.records.comparison import Comparison, CostChange
from suite.report.terminal.table import PlainTable
from suite.report.words import FAINT, signed
from suite.units import format_quantity

_ROWS = 12
"""Places of each kind that are shown."""
_KINDS = {"calls": "calls", "c_calls": "C calls", "allocations": "allocations"}


def places(found: Comparison) -> Iterator[RenderableType]:
    """What changed where; nothing of what costs the same."""
    if found.verdict == "same":
        return
    for one in found.places:
        if one.kind == "statements":
            yield Text.assemble(("  statement ", FAINT), clean(_statement(one)))
    table = places_table(found)
    if table.row_count:
        yield Padding(table, (1, 0, 1, 2), expand=False)


def places_table(found: Comparison) -> Table:
    """A row per function whose calls or allocations changed, those that changed most first; of C functions
    those that call the kernel.
    """
    table = PlainTable()
    table.add_column("function", overflow="fold")
    for title in ("", "base", "head", "change"):
        table.add_column(title, justify="right", no_wrap=True)
    for kind in ("calls", "c_calls", "allocations"):
        places = [one for one in found.places if one.kind == kind]
        for one in places[:_ROWS]:
            ends = (format_quantity(end, "1") for end in (one.base, one.head))
            table.add_row(_function(one), _KINDS[kind], *ends, signed(one.head - one.base, "1"))
        table.add_left_out(len(places) - _ROWS, after=_KINDS[kind])
    return table


def _function(one: CostChange) -> str:
    """A C function stands at the line that calls it."""
    if one.kind == "c_calls":
        return f"{one.text} in {one.function}() {one.file}:{one.line}"
    return f"{one.function}() {one.file}"


def _statement(one: CostChange) -> str:
    base, head = (format_quantity(end, "1") for end in (one.base, one.head))
    return f"{base} → {head} an operation, by {one.function}() {one.file}:{one.line}: {one.text}"
