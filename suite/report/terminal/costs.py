"""The bill of one workload: what an operation takes, by whom it was counted, and what is in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from suite.foreign_text import clean
from suite.records.costs import AllocationSite, CostBill, CountedCost, SentStatement
from suite.report.reasons import words
from suite.report.terminal.table import PlainTable
from suite.report.verdict import code_text
from suite.report.words import FAINT, WARNING, many
from suite.units import format_quantity, format_range

_ROWS = 20
_SHORTEST, _COST, _SOURCE = 12, 16, 10
"""Widths below which names of costs (where they are so long), and who counted them, are not squeezed."""
_OF_AN_OPERATION = ("instructions", "system_calls", "calls", "allocations", "statements")
_OF_A_HELPER = ("instructions", "system_calls", "calls", "allocations", "reads", "writes", "context_switches")
_SHOWN = 3


def costs_head(bill: CostBill) -> Text:
    """The workload, and of which operations the bill is."""
    mix = ", ".join(f"{count} {name}" for name, count in bill.mix.items())
    name = (clean(bill.workload), "bold")
    return Text.assemble(name, f"  {bill.validity.verdict}, per operation; a window: {clean(mix)}")


def costs_tables(bill: CostBill) -> Iterator[Table]:
    """All tables that have rows."""
    for make in (costs_table, operations_table, helpers_table, statements_table, database_table):
        if (table := make(bill)).row_count:
            yield table


def costs_table(bill: CostBill) -> Table:
    """A row for each thing that was to be counted."""
    counted = {
        metric.removeprefix("cost."): cost
        for metric, cost in bill.costs.items()
        if cost.value is not None and "@" not in metric
    }
    table = PlainTable()
    longest = max(map(len, counted), default=0)
    table.add_column("cost", overflow="fold", min_width=min(max(longest, _SHORTEST), _COST))
    for title in ("an operation", "windows"):
        table.add_column(title, justify="right", no_wrap=True)
    several = any(map(_parts, counted.values()))
    if several:
        table.add_column("processes (threads)", justify="right", overflow="fold")
    table.add_column("counted by", overflow="fold", min_width=_SOURCE)
    for name, cost in counted.items():
        shown = format_quantity(cost.value, cost.unit)
        parts = [_parts(cost)] if several else []
        table.add_row(name, shown, _windows(cost), *parts, cost.source)
    return table


def operations_table(bill: CostBill) -> Table:
    """A row for each operation that was counted by itself."""
    return _by_name(bill, "operation", bill.mix, _OF_AN_OPERATION)


def helpers_table(bill: CostBill) -> Table:
    """A row for each helper: what it takes while the system does an operation."""
    return _by_name(bill, "beside it", bill.beside, _OF_A_HELPER)


def _by_name(bill: CostBill, head: str, names: Iterable[str], costs: Sequence[str]) -> Table:
    table = PlainTable()
    table.add_column(head, overflow="fold")
    titles = [title for title in costs if f"cost.{title}" in bill.costs]
    for title in titles:
        table.add_column(title, justify="right", no_wrap=True)
    for name in names:
        own = [bill.costs.get(f"cost.{title}@{name}") for title in titles]
        if any(own):
            shown = ["-" if one is None or one.value is None else _quantity(one, one.value) for one in own]
            table.add_row(name, *shown)
    return table


def _quantity(cost: CountedCost, value: float) -> str:
    return format_quantity(value, cost.unit)


def statements_table(bill: CostBill) -> Table:
    """A row for each SQL statement: how often an operation sends it, and from where."""
    table = PlainTable()
    for title in ("sent", "most at once"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("statement", overflow="fold")
    table.add_column("where", overflow="fold")
    found = bill.statements or ()
    for one in found[:_ROWS]:
        table.add_row(
            _times(one.sent), f"{one.repeated:,}", one.text, f"{one.function}() {one.file}:{one.line}"
        )
    table.add_left_out(len(found) - _ROWS, before=2)
    return table


def database_table(bill: CostBill) -> Table:
    """A row for each SQL statement that a database counted itself, and how it goes about it."""
    table = PlainTable()
    for title in ("sent", "rows", "blocks"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("counted by the database", overflow="fold")
    table.add_column("plan", overflow="fold")
    for one in (bill.database or ())[:_ROWS]:
        plan = "\n".join(one.plan or ()) or (words(one.why) if one.why is not None else "")
        counts = map(_times, (one.sent, one.rows, one.blocks))
        table.add_row(*counts, f"{one.helper}: {one.text}", plan)
    return table


def costs_lines(bill: CostBill) -> Iterator[Text]:
    """What stands out, what could not be counted, what is in doubt, and notes."""
    for one in bill.statements or ():
        if one.looped:
            times = f"sent {one.repeated} times in one operation ({', '.join(one.operations)})"
            text = f"{times} by {_where(one)}: {one.text}"
            yield Text.assemble(("N+1: ", WARNING), clean(text))
    for title, lines in (("calls", _calls(bill)), ("allocations", _allocations(bill))):
        if lines:
            yield Text.assemble((f"most {title} in own code: ", FAINT), clean(", ".join(lines)))
    if clock := list(_by_clock(bill)):
        yield Text.assemble(("by the clock, a second, and taken off: ", FAINT), clean(", ".join(clock)))
    unknown: dict[str, list[str]] = {}
    for metric, cost in bill.costs.items():
        if cost.why is not None:
            unknown.setdefault(words(cost.why), []).append(metric.removeprefix("cost."))
    for why, names in unknown.items():
        yield Text.assemble((f"not counted: {clean(', '.join(names))}: ", WARNING), clean(why))
    for reason in bill.validity.reasons:
        yield Text.assemble((f"{bill.validity.verdict}: ", WARNING), clean(words(reason)))
    for note in bill.notes:
        yield Text.assemble(("note: ", FAINT), clean(words(note)))


def costs_closing(bill: CostBill, code: int, saved: str | Path | None = None) -> Text:
    """How it ended, and where the document is."""
    known = sum(cost.value is not None for metric, cost in bill.costs.items() if "@" not in metric)
    end = ("COUNTED", "bold green") if not code else code_text(code)
    where = "" if saved is None else f"; saved as {saved}"
    return Text.assemble(end, f"  {many(known, 'cost')} in {format_quantity(bill.seconds, 's')}{where}")


def _by_clock(bill: CostBill) -> Iterator[str]:
    """What the system does by itself."""
    for metric, cost in bill.costs.items():
        if cost.by_clock and cost.value is not None and "@" not in metric:
            yield f"{clean(metric.removeprefix('cost.'))} {format_quantity(cost.by_clock, cost.unit)}"


def _calls(bill: CostBill) -> list[str]:
    own = [one for one in bill.functions or () if _own(one.file)]
    return [f"{one.function}() {one.file} {_times(one.calls)}" for one in own[:_SHOWN]]


def _allocations(bill: CostBill) -> list[str]:
    own = [one for one in bill.allocations or () if _own(one.file)]
    return [f"{_where(one)} {_times(one.allocations)}" for one in own[:_SHOWN]]


def _where(one: AllocationSite | SentStatement) -> str:
    return f"{one.function}() {one.file}:{one.line}"


def _own(file: str) -> bool:
    return not file.startswith(("site-packages/", "stdlib/", "<", "?"))


def _times(times: float) -> str:
    return format_quantity(times, "1")


def _windows(cost: CountedCost) -> str:
    return format_range(min(cost.windows), max(cost.windows), cost.unit) if cost.windows else ""


def _parts(cost: CountedCost) -> str:
    """Of each process, where there are several, in brackets of its threads."""
    threads = cost.threads if len(cost.threads) == len(cost.processes) else ()
    every = threads or tuple((part,) for part in cost.processes)
    if sum(map(len, every)) < 2:
        return ""
    each = [" + ".join(format_quantity(part, cost.unit) for part in own) for own in every]
    return " + ".join(f"({one})" if len(own) > 1 else one for own, one in zip(every, each, strict=True))
