"""What two sides' bills say: which costs changed, and where."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.style import StyleType
from rich.text import Text

from suite.foreign_text import clean
from suite.records.comparison import Comparison, Verdict, conclude
from suite.report.compared import amount, brief
from suite.report.terminal.compare import below, changes_table
from suite.report.terminal.places import places
from suite.report.verdict import code_text, conclusion_text
from suite.report.words import BAD, many

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
    for row in places(found):
        console.print(row, soft_wrap=isinstance(row, Text))
    for line in below(found):
        console.print(line, soft_wrap=True)
    console.print()


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
