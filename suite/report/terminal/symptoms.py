"""What a look at machine and project found: what matters most comes first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from suite.records.reason import Reason
from suite.report.reasons import words
from suite.report.reasons.doctor import REMEDIES
from suite.report.reasons.template import filled
from suite.report.terminal.table import PlainTable
from suite.report.words import BAD, FAINT, GOOD, NOTE, WARNING, many
from suite.scaffold.symptom import Symptom

_SHOWN = {"fatal": ("✗", BAD), "warning": ("!", WARNING), "note": ("·", NOTE), "good": ("✓", GOOD)}
_AREAS = ("machine", "tools", "project")


def remedy(reason: Reason) -> str:
    """What to do about it; "" where nothing needs doing."""
    template = REMEDIES.get(reason.kind, "")
    return filled(template if isinstance(template, str) else template(reason.figures), reason.figures)


def symptoms_document(found: Sequence[Symptom], code: int) -> dict[str, Any]:
    """For `--json`: each with its kind and figures, and the words for it."""
    return {
        "exit_code": code,
        "findings": [
            {
                "area": one.area,
                "severity": one.severity,
                "kind": one.reason.kind,
                "figures": one.reason.figures,
                "says": words(one.reason),
                "do": remedy(one.reason) or None,
            }
            for one in found
        ],
    }


def print_symptoms(console: Console, found: Sequence[Symptom]) -> None:
    """A line for each, below it what to do; at the end how many of what kind."""
    for area in _AREAS:
        console.print(Text(area, FAINT))
        for one in sorted((one for one in found if one.area == area), key=_gravest_first):
            mark, style = _SHOWN[one.severity]
            lines = PlainTable()
            lines.show_header = False
            lines.add_row(Text(mark, style), words(one.reason))
            if do := remedy(one.reason):
                lines.add_row("", f"→ {do}")
            console.print(Padding(lines, (0, 0, 0, 2), expand=False))
    count = {name: sum(one.severity == name for one in found) for name in _SHOWN}
    console.print(_conclusion(count))


def _gravest_first(one: Symptom) -> int:
    return list(_SHOWN).index(one.severity)


def _conclusion(count: dict[str, int]) -> Text:
    if count["fatal"]:
        return Text.assemble(("NO FIGURES", BAD), f"  {many(count['fatal'], 'thing')} in their way")
    if number := count["warning"]:
        verb = "makes" if number == 1 else "make"
        return Text.assemble(("UNSURE", WARNING), f"  {many(number, 'thing')} that {verb} figures unreliable")
    return Text.assemble(("READY", GOOD), "  nothing here makes figures unreliable")
