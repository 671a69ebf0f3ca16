"""What two sides' bills say: which costs changed, and where."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.style import StyleType
from rich.table import Table
from rich.text import Text

from suite.records.comparison import Comparison, CostChange, Verdict, conclude
from suite.report.compared import amount, brief
from suite.report.terminal.compare import below, changes_table
from suite.report.terminal.table import PlainTable
from suite.report.verdict import code_text, conclusion_text
from suite.report.words import BAD, FAINT, clean, many, signed
from suite.units import format_quantity

_ROWS = 12
"""Places of each kind that are shown."""
_WORDS: dict[Verdict, str] = {
    "same": "costs same",
    "regression": "costs more",
    "improvement": "costs less",
    "inconclusive": "inconclusive",
}


def print_bills(console: Console, found: Comparison) -> None:
    """One workload on two sides. It never says that head is no slower: waiting is not counted."""
    verdict = Text(_WORDS[found.verdict], _style(found.verdict))
    bills = many(found.runs[0], "bill") if found.changes else "no bill"
    console.print(Text.assemble((clean(found.workload), "bold"), "  ", verdict, f"  {bills} of each side"))
    if found.changes:
        table = changes_table(
            found.changes, "minimum", lambda one: f"±{amount(one.minimum, one).lstrip('+')}"
        )
        console.print(Padding(table, (1, 0, 1, 2), expand=False))
    if found.verdict != "same":
        for line in _statements(found):
            console.print(Text.assemble("  ", line), soft_wrap=True)
        places = places_table(found)
        if places.row_count:
            console.print(Padding(places, (1, 0, 1, 2), expand=False))
    for line in below(found):
        console.print(line, soft_wrap=True)
    console.print()


def places_table(found: Comparison) -> Table:
    """A row per function whose calls or allocations changed, those that changed most first."""
    table = PlainTable()
    table.add_column("function", overflow="fold")
    for title in ("", "base", "head", "change"):
        table.add_column(title, justify="right", no_wrap=True)
    for kind in ("calls", "allocations"):
        places = [one for one in found.places if one.kind == kind]
        for one in places[:_ROWS]:
            ends = (format_quantity(end, "1") for end in (one.base, one.head))
            table.add_row(f"{one.function}() {one.file}", kind, *ends, signed(one.head - one.base, "1"))
        if len(places) > _ROWS:
            table.add_row(Text(f"and {len(places) - _ROWS} more", FAINT), kind)
    return table


def bills_closing(comparisons: list[Comparison], code: int, saved: str = "") -> Iterator[Text]:
    """A line per cost that grew, and the verdict on all."""
    for one in comparisons:
        for change in one.changes:
            if change.verdict == "regression":
                text = f"{one.workload} {change.metric}: {brief(change)}"
                yield Text.assemble(("costs more: ", BAD), clean(text))
    verdict = conclude(comparisons).verdict
    told = {0: ("same", "improvement"), 1: ("regression",), 3: ("inconclusive",)}.get(code, ())
    word = Text(_WORDS[verdict].upper(), _style(verdict)) if verdict in told else code_text(code)
    where = f"; saved in {saved}" if saved else ""
    yield Text.assemble(word, f"  {many(len(comparisons), 'workload')} counted{where}")


def _style(verdict: Verdict) -> StyleType:
    return conclusion_text(verdict).style


def _statements(found: Comparison) -> Iterator[Text]:
    for one in found.places:
        if one.kind == "statements":
            yield Text.assemble(("statement ", FAINT), clean(_statement(one)))


def _statement(one: CostChange) -> str:
    base, head = (format_quantity(end, "1") for end in (one.base, one.head))
    return f"{base} → {head} an operation, by {one.function}() {one.file}:{one.line}: {one.text}"
