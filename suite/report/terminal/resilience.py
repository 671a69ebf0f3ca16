"""What became of a system while one thing after another failed: a row per fault, its weakness named."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from suite.foreign_text import clean
from suite.records.detail import Detail
from suite.records.resilience import GRAVE, FaultCourse, FaultRound, FaultTrial, Resilience, Weakness
from suite.report.reasons import words
from suite.report.terminal.incidents import UNTOLD, recovery_words
from suite.report.terminal.table import PlainTable
from suite.report.words import BAD, FAINT, GOOD, NOTE, WARNING, first_line, many
from suite.units import format_quantity

_NAMES = {
    "slow": "slow by {delay}",
    "dead": "dead",
    "blackhole": "black hole",
    "reset": "reset",
    "first": "first {first} fail",
    "restart": "killed, restarted",
}
_WEAK: dict[Weakness, str] = {
    "died": "DIED",
    "never": "NEVER CAME BACK",
    "lost": "LOST WORK",
    "waits": "users wait for its end",
    "errors": "users see errors",
}


def fault_words(fault: str, course: FaultCourse) -> str:
    """What a fault is called."""
    figures = {"delay": format_quantity(course.delay, "s"), "first": course.first}
    return _NAMES.get(fault, fault).format(**figures)


def trial_line(trial: FaultTrial, course: FaultCourse) -> Text:
    """One fault as a line of progress."""
    name = f"{fault_words(trial.fault, course)}: {trial.party}"
    return Text.assemble(f"{clean(name):<34}", _said(trial))


def trials_table(found: Resilience) -> Table:
    """A row per fault of a party, of several rounds the worst; before them how it is without any."""
    table = PlainTable()
    table.add_column("party", overflow="fold", min_width=8)
    table.add_column("fault", no_wrap=True)
    for title in ("errors", "p99", "noticed", "recovered", "lost"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("", overflow="fold", min_width=16)
    if found.usual is not None:
        table.add_row("-", "none", *_figures(found.usual)[:2], "", "", "", "")
    party = ""
    for trial in found.trials:
        shown = "" if trial.party == party else trial.party
        party = trial.party
        figures = _figures(trial.worst)
        table.add_row(shown, fault_words(trial.fault, found.course), *figures, _said(trial))
    return table


def trial_lines(found: Resilience) -> Iterator[Text]:
    """What the table has no room for: what it died of, what was lost, what nobody knows."""
    usual = found.usual
    for reason in usual.reasons if usual else ():
        yield Text.assemble(("can't be judged: ", WARNING), clean(words(reason)))
    for trial in found.trials:
        who = clean(f"{fault_words(trial.fault, found.course)}, {trial.party}")
        worst = trial.worst
        if worst.died is not None:
            yield Text.assemble((f"{who}: ", BAD), f"the system died: {first_line(worst.died)}")
        for check in worst.lost:
            yield Text.assemble((f"{who}: ", BAD), clean(f"{check.name}: {check.detail}"))
        if worst.verdict == "never" and (cause := _cause(worst)) is not None:
            told = f"{cause.count:,} × {cause.outcome}, {cause.kind}: {cause.example}"
            yield Text.assemble((f"{who}: ", BAD), first_line(told, 160))
        if (why := _untold(worst)) is not None:
            yield Text.assemble((f"{who}: ", WARNING), why)
    for one in found.skipped:
        who = clean(f"{fault_words(one.fault, found.course)}, {one.party}")
        yield Text(f"not tried: {who}: {clean(one.why)}", FAINT)
    if found.partial:
        yield Text("ended early: more was not tried", WARNING)


def setting_line(found: Resilience) -> Text:
    """How each round went, and how exact the times are."""
    course = found.course
    before, during, after = (format_quantity(t, "s") for t in (course.before, course.during, course.after))
    impacts = [impact for trial in found.trials if (impact := trial.worst.impact)]
    known = [impact.resolution for impact in impacts if impact.resolution]
    exact = f"; times to {format_quantity(max(known), 's')}" if known else ""
    rounds = f"; of {many(course.rounds, 'round')} the worst" if course.rounds > 1 else ""
    return Text(f"{before} before, {during} with the fault, {after} after it{rounds}{exact}", FAINT)


def conclusion(found: Resilience) -> str:
    """In how many cases it came back, and what was weak."""
    counts = found.counts
    back = sum(trial.worst.known and trial.back == len(trial.rounds) for trial in found.trials)
    parts = [f"came back from {back} of {many(counts['tried'], 'fault')}"]
    parts += [
        f"{text.lower()}: {counts[weakness]}"
        for weakness, text in _WEAK.items()
        if weakness != "never" and counts[weakness]
    ]
    return "; ".join(parts)


def _said(trial: FaultTrial) -> Text:
    worst = trial.worst
    if worst.verdict == "unmet":
        return Text("nobody spoke with it so", FAINT)
    if worst.verdict == "untold":
        return Text("? can't be told", WARNING)
    weak = [(_WEAK[weakness], BAD if weakness in GRAVE else NOTE) for weakness in trial.weaknesses]
    parts = [part for each in weak for part in (each, ", ")][:-1] or [("✓ bears it", GOOD)]
    if trial.back < len(trial.rounds):
        parts.append(f" ({trial.back} of {len(trial.rounds)} came back)" if len(trial.rounds) > 1 else "")
    return Text.assemble(*parts)


def _figures(one: FaultRound) -> tuple[str, str, str, str, str]:
    """Errors, p99 or the longest of too few for that, when it was noticed, recovery, work lost."""
    impact = one.impact
    if impact is None:
        return "-", "-", "-", "-", "-"
    counts = impact.outcomes.get("during", {})
    errors = format_quantity(one.errors("during") if counts else None, "ratio")
    longest = "-" if impact.longest is None else f"max {format_quantity(impact.longest, 's')}"
    p99 = longest if impact.p99 is None else format_quantity(impact.p99, "s")
    lost = many(len(one.lost), "check") if one.lost else "none" if one.checked else "-"
    if one.verdict == "unmet":
        return errors, p99, "-", "-", lost
    return errors, p99, format_quantity(_noticed(one), "s"), recovery_words(impact), lost


def _cause(one: FaultRound) -> Detail | None:
    """The most frequent cause of errors after the fault, else of all of the round."""
    impact = one.impact
    after = next(iter(impact.causes.get("after", {})), "") if impact else ""
    named = (each for each in one.details if after in (each.outcome, f"{each.outcome}: {each.kind}"))
    return next(named, next(iter(one.details), None))


def _noticed(one: FaultRound) -> float | None:
    """Not what stood out long after a fault that left nothing behind."""
    impact = one.impact
    if impact is None or impact.detection is None or one.incident is None:
        return None
    lasted = (one.incident.ended or 0.0) - (one.incident.began or 0.0)
    return impact.detection if impact.recovery or impact.detection <= lasted else None


def _untold(one: FaultRound) -> str | None:
    if one.verdict != "untold":
        return None
    if one.reasons:
        return clean(words(one.reasons[0]))
    impact = one.impact
    if impact is None or impact.untold is None:
        return "too little load came after it to tell"
    return UNTOLD.get(impact.untold, clean(impact.untold))
