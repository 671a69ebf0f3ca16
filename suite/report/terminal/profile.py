"""What two profiles differ in, for the terminal: a line on all of it, a table of the likeliest causes."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from suite.compare.profilediff import Cost, Difference
from suite.foreign_text import clean
from suite.report.terminal.table import PlainTable
from suite.report.words import BAD, FAINT, GOOD, signed
from suite.units import format_quantity

COSTS = {
    "time": "CPU time per operation",
    "waiting": "time of all threads per operation, waiting too,",
    "memory": "memory at the peak",
}
"""What a cost is, by the kind of profile."""
MOST = 12
"""Rows of the table; the flame graph has them all."""


def headline(found: Difference, what: str, unit: str) -> str:
    """What all stacks cost together, before and after; `what` says what a cost is."""
    whole = found.whole
    return (
        f"{what} as profiled: {format_quantity(whole.before, unit)} in base,"
        f" {format_quantity(whole.after, unit)} in head ({signed(whole.change, unit)})"
    )


def difference_table(found: Difference, unit: str) -> Table:
    """The first functions whose change is beyond the noise: what they cost themselves, then in all."""
    table = PlainTable()
    table.add_column("function", overflow="fold", min_width=12)
    for title in ("own base", "head", "change", "total base", "head", "change"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in found.rows[:MOST]:
        name = Text(clean(row.function.name))
        name.append(f"  {clean(row.function.file)}", FAINT)
        table.add_row(name, *_cells(row.own, unit), *_cells(row.total, unit))
    return table


def left_out(found: Difference) -> str:
    """What the table does not show, "" if it shows all."""
    if not found.rows:
        return "no function changed by more than the noise"
    more = len(found.rows) - MOST
    return f"{more} more in the flame graph" if more > 0 else ""


def _cells(cost: Cost, unit: str) -> tuple[str, str, Text]:
    colour = "" if abs(cost.change) <= cost.error else BAD if cost.change > 0 else GOOD
    change = Text(signed(cost.change, unit), colour)
    return format_quantity(cost.before, unit), format_quantity(cost.after, unit), change
