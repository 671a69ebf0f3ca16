"""The faults of a Run, below its tables: when each was, and what it did to operations."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from suite.foreign_text import clean
from suite.records.incident import Impact, Incident
from suite.records.run import Run
from suite.report.terminal.table import PlainTable
from suite.report.words import FAINT, many
from suite.units import format_quantity, format_range

UNTOLD = {
    "few_before": "too little before it to compare with",
    "other_fault": "another fault was on",
    "not_over": "it lasted until the load ended",
}
"""Why of a fault no recovery is known."""
_CAUSES = 3
_BAD = ("failed", "timeout", "unfinished", "dropped", "rejected", "ok")


def incidents(run: Run) -> Table:
    """A row for each fault of the timeline, as it was in the round in which it took longest to recover."""
    table = PlainTable()
    table.add_column("fault", overflow="fold", min_width=10)
    for title in ("at", "met", "noticed", "recovered"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("operations during it", overflow="fold")
    for one in _worst(run):
        table.add_row(f"{one.kind} of {one.party}", _when(one), f"{one.struck:,}", *_impact(one))
    return table


def incident_lines(run: Run) -> Iterator[Text]:
    """How exact the times are, which round they are from, and why there are none."""
    shown = list(_worst(run))
    known = [one.impact.resolution for one in shown if one.impact and one.impact.resolution]
    if known:
        several = f"; of {many(run.rounds, 'round')} the worst" if run.rounds > 1 else ""
        words = f"to {format_quantity(max(known), 's')}{several}"
        yield Text.assemble(("times of recovery: ", FAINT), words)
    for one in shown:
        yield from _caused(one)
        if one.impact and one.impact.untold:
            why = UNTOLD.get(one.impact.untold, one.impact.untold)
            who = clean(f"{one.kind} of {one.party}")
            yield Text(f"recovery from {who} can't be told: {clean(why)}", FAINT)


def _caused(one: Incident) -> Iterator[Text]:
    """What operations ended of in each phase, and how often they were tried."""
    impact = one.impact or Impact()
    causes = {
        phase: ", ".join(f"{count:,} {name}" for name, count in [*counts.items()][:_CAUSES])
        for phase, counts in impact.causes.items()
    }
    who = clean(f"{one.kind} of {one.party}")
    if causes:
        told = "; ".join(f"{phase} {clean(causes[phase])}" for phase in impact.causes)
        yield Text.assemble((f"errors around {who}: ", FAINT), told)
    if any(impact.retries.values()):
        attempts = ", ".join(f"{number:.3g} {phase}" for phase, number in impact.amplification.items())
        yield Text.assemble((f"attempts per operation around {who}: ", FAINT), attempts)


def _worst(run: Run) -> Iterator[Incident]:
    """Of each fault of the timeline the one that recovered last, in their order."""
    found: dict[tuple[str, str, float], list[Incident]] = {}
    for one in run.incidents:
        found.setdefault((one.kind, one.party, one.planned), []).append(one)
    for alike in found.values():
        yield max(alike, key=_lasted)


def _lasted(one: Incident) -> tuple[bool, float]:
    impact = one.impact or Impact()
    return impact.recovery_at_least, -1.0 if impact.recovery is None else impact.recovery


def _when(one: Incident) -> str:
    if one.began is None:
        return "never"
    if one.ended is None:
        return f"{format_quantity(one.began, 's')} on"
    return format_range(one.began, one.ended, "s")


def _impact(one: Incident) -> tuple[str, str, str]:
    impact = one.impact
    if impact is None:
        return "-", "-", ""
    counts = impact.outcomes.get("during", {})
    during = [f"{counts[name]:,} {name}" for name in _BAD if counts.get(name)]
    if impact.slowest is not None:
        during.append(f"slowest {format_quantity(impact.slowest, 's')}")
    return format_quantity(impact.detection, "s"), _recovered(impact), ", ".join(during)


def _recovered(impact: Impact) -> str:
    """The time; where it was otherwise without what had piled up, that time too."""
    if impact.recovery is None:
        return "-"
    width = impact.resolution or 0.0
    served = impact.service
    words = recovery_words(impact)
    if served is None or impact.recovery - served <= width:
        return words
    return f"{words}, served {_time(served, width, at_least=impact.service_at_least)}"


def recovery_words(impact: Impact) -> str:
    """How long it took until all was as before: "> 5 s" where it never was, "-" if that is not known."""
    if impact.recovery is None:
        return "-"
    return _time(impact.recovery, impact.resolution or 0.0, at_least=impact.recovery_at_least)


def _time(seconds: float, width: float, *, at_least: bool) -> str:
    if at_least:
        return f"> {format_quantity(seconds, 's')}"
    return format_quantity(seconds, "s") if seconds else f"< {format_quantity(width, 's')}"
