"""What stands below the tables of a Run: checks, failures, doubts, what ended it early."""

from __future__ import annotations

from rich.text import Text

from suite.foreign_text import clean
from suite.measure.advice import advise
from suite.records.run import Run
from suite.records.soak import Soak
from suite.report.reasons import words
from suite.report.words import BAD, FAINT, GOOD, WARNING, first_line
from suite.units import format_quantity

_DETAILS = 5


def checks(run: Run) -> list[Text]:
    """A line per check."""
    return [
        Text.assemble(
            ("✓ check ", GOOD) if check.passed else ("✗ CHECK FAILED ", BAD),
            clean(check.name),
            f": {clean(check.detail)}" if check.detail else "",
        )
        for check in run.checks
    ]


def details(run: Run | Soak) -> list[Text]:
    """A line for each of the five most frequent ways to end badly; what a limit refused comes last."""
    ordered = sorted(run.details, key=lambda detail: (detail.outcome == "rejected", -detail.count))
    lines = [
        Text.assemble(
            (f"{detail.count:,} × {detail.outcome}", FAINT if detail.outcome == "rejected" else WARNING),
            f" {clean(detail.kind)} in {clean(detail.operation)}",
            f", first at {format_quantity(detail.first, 's')}: {first_line(detail.example)}",
        )
        for detail in ordered[:_DETAILS]
    ]
    if len(ordered) > _DETAILS:
        lines.append(Text(f"and {len(ordered) - _DETAILS} more kinds; the JSON document has them all", FAINT))
    return lines


def doubts(run: Run) -> list[Text]:
    """A line per reason not to believe the numbers."""
    return [
        Text.assemble((f"{run.validity.verdict}: ", WARNING), clean(words(reason)))
        for reason in run.validity.reasons
    ]


def limiter(run: Run) -> list[Text]:
    """What held the Run back, right below its tables."""
    if run.limiter is None:
        return []
    return [Text.assemble(("held back by: ", FAINT), clean(words(run.limiter)))]


def advice(run: Run) -> list[Text]:
    """A line per thing that could be done about it."""
    return [Text.assemble(("→ ", FAINT), clean(words(reason))) for reason in advise(run)]


def outputs(run: Run) -> list[Text]:
    """What system, helpers and workers wrote about the moment of the first failure."""
    lines = []
    for one in run.outputs:
        if one.around and one.at is not None:
            when = format_quantity(one.at, "s")
            lines.append(Text(f"{clean(one.party)} wrote around the first failure, at {when}:", FAINT))
            lines += [Text(f"  {clean(line)}") for line in one.around.splitlines()]
    return lines


def error(run: Run) -> list[Text]:
    """What ended the Run early, with the output's tail; no line if nothing did."""
    if run.stopped is not None:
        return [Text.assemble(("ended early: ", BAD), clean(words(run.stopped)))]
    if run.error is None:
        return []
    return [Text.assemble((f"ended early, {run.error.kind}: ", BAD), clean(run.error.message.rstrip()))]
