"""At which loads a system recovered from an overload, and at which it stayed overloaded."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from suite.foreign_text import clean
from suite.records.overload import OverloadLook, OverloadRecovery
from suite.report.reasons import words
from suite.report.terminal.incidents import UNTOLD, recovery_words
from suite.report.terminal.table import PlainTable
from suite.report.words import BAD, FAINT, GOOD, WARNING, first_line, many
from suite.units import format_quantity

_PHASES = ("before", "during", "after")


def overload_setting(found: OverloadRecovery) -> Text:
    """What each look was."""
    course = found.course
    before, during, after = (format_quantity(getattr(course, name), "s") for name in _PHASES)
    load = format_quantity(course.times * found.capacity, "1/s")
    times = f"{before} before, {during} of {load} ({course.times:g} times its capacity), {after} after"
    tries = many(found.attempts, "attempt") if found.attempts > 1 else "no retries"
    return Text(f"{times}; {tries}" + ("; ended early" if found.partial else ""), FAINT)


def overload_line(look: OverloadLook) -> Text:
    """One look as a line of progress."""
    return Text.assemble(f"at {format_quantity(look.load, '1/s'):>10}  ", _said(look))


def overloads_table(found: OverloadRecovery) -> Table:
    """A row per look, the lowest load first."""
    table = PlainTable()
    for title in ("load", "of capacity", "recovered", "errors after"):
        table.add_column(title, justify="right", no_wrap=True)
    if found.attempts > 1:
        table.add_column("attempts: before, during, after", justify="right", max_width=17)
    table.add_column("", overflow="fold", min_width=16)
    for look in sorted(found.looks, key=lambda look: look.load):
        impact = look.round.impact
        attempts = [format_quantity(look.attempts(phase), "1") for phase in _PHASES]
        table.add_row(
            format_quantity(look.load, "1/s"),
            format_quantity(look.load / found.capacity if found.capacity else None, "ratio"),
            recovery_words(impact) if impact else "-",
            format_quantity(look.round.errors("after") if impact else None, "ratio"),
            *([", ".join(attempts)] if found.attempts > 1 else []),
            _said(look),
        )
    return table


def overload_answer(found: OverloadRecovery) -> str:
    """Up to which load it recovers, over its capacity, and what becomes of it beyond."""
    low, high = (_load(end, found.capacity) for end in (found.found.low, found.found.high))
    least = "at least " if found.capacity_at_least else ""
    capacity = f"capacity {least}{format_quantity(found.capacity, '1/s')}"
    stays = f"from {high} on it stays overloaded{_kept_so(found)}"
    match found.found.end:
        case "found":
            said = f"recovers up to {low}; {stays}"
        case "range":
            said = f"recovers up to {low}, the highest load looked at"
        case "below":
            said = f"at {high}, the lowest load looked at, it stays overloaded{_kept_so(found)}"
        case _:
            parts = [f"recovers at {low}"] if found.found.low else []
            parts += [stays] if found.found.high else []
            said = "; ".join([*parts, "more can't be told"])
    return f"{said}; {capacity}" + ("; the budget was spent" if found.found.spent else "")


def _kept_so(found: OverloadRecovery) -> str:
    """With how many attempts the lowest load is kept from recovering."""
    stuck = [look for look in found.looks if look.load == found.found.high]
    attempts = max((look.attempts("after") or 1.0 for look in stuck), default=1.0)
    return f", with {attempts:.3g} attempts per operation" if attempts > 1 else ""


def _load(load: float | None, capacity: float) -> str:
    if load is None or not capacity:
        return format_quantity(load, "1/s")
    return f"{format_quantity(load, '1/s')} ({format_quantity(load / capacity, 'ratio')})"


def _said(look: OverloadLook) -> Text:
    one = look.round
    if one.died is not None:
        return Text.assemble(("DIED", BAD), f"  {first_line(one.died, 90)}")
    if one.reasons:
        return Text.assemble(("invalid", WARNING), f"  {first_line(words(one.reasons[0]), 90)}")
    match one.verdict:
        case "recovered":
            return Text("recovered", GOOD)
        case "never":
            return Text("STAYS OVERLOADED", BAD)
    why = one.impact.untold if one.impact else None
    return Text.assemble(("? can't be told", WARNING), f"  {clean(UNTOLD.get(why, why))}" if why else "")
