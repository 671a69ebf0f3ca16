"""The sections of a Run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from markupsafe import Markup

from suite.records.outcome import OUTCOMES
from suite.records.run import Run, ValidityVerdict
from suite.report.charts.outcome_bar import outcome_bar
from suite.report.charts.spectrum import MOST, Curve, curve_of, spectrum
from suite.report.charts.timeline import SHOWN, observed_timelines, timeline, together
from suite.report.html.judged import limits
from suite.report.html.markup import bounded, drawn_table, lines, table
from suite.report.html.section import Section, figure, paragraph
from suite.report.terminal.figures import figures, operations
from suite.report.terminal.incidents import incident_lines, incidents
from suite.report.terminal.lines import advice, details, doubts, limiter, outputs
from suite.report.terminal.observed import observed, observed_lines
from suite.report.words import many, quantity

_RATES = ("completed", "failed", "rejected", "retries")
_NAMES = {"completed": "ok", "failed": "failed, timed out or dropped", "retries": "further attempts"}
_BELIEF: dict[ValidityVerdict, str] = {
    "valid": "Valid: the load was delivered as planned, and nothing speaks against these figures.",
    "doubtful": "Doubtful: the figures are judged, with these reasons to look twice.",
    "invalid": "Invalid: the figures say nothing of the system, for these reasons.",
}
_NOT_JUDGED = "The Run is invalid: none of this counts, but for checks that failed."
_READ_CURVES = "A curve ends where fewer than ten operations are left to decide."
_FEWEST = 20
"""Operations, for a curve."""
_PARTS = ("idle", "peak", "after", "growth", "growth_per_operation")


def run_sections(run: Run) -> Iterator[Section]:
    """All of a Run, what decided first."""
    invalid = run.validity.verdict == "invalid"
    asked = Section("Thresholds and checks", (limits(run),), _NOT_JUDGED if invalid else "")
    reasons = lines([*doubts(run), *limiter(run), *advice(run)])
    believed = Section("Can it be believed?", (paragraph(_belief(run)), reasons))
    yield from (believed, asked) if invalid else (asked, believed)
    curves = [*_curves(run)]
    drawn = (
        figure(spectrum(curves, "response time by percentile"), "", (c.name for c in curves))
        if curves
        else Markup()
    )
    yield Section("Latency by percentile", (drawn, table(operations(run))), _READ_CURVES if curves else "")
    yield Section("Over time", tuple(_over_time(run)), _read_time(run))
    yield Section("Outcomes", (*_outcomes(run), lines(details(run))))
    yield Section("Faults", (table(incidents(run)), lines(incident_lines(run))))
    yield Section(
        "Memory and CPU by process",
        (_processes(run), figure(timeline([run], "memory"), SHOWN["memory"][1])),
        _read_memory(run),
    )
    yield Section(
        "What the system said of itself",
        (table(observed(run)), lines(observed_lines(run)), *_observed(run)),
    )
    yield Section("All figures", (table(figures(run)),))
    yield Section("What was written around the first failure", (lines(outputs(run)),))


def _belief(run: Run) -> str:
    if run.error is None or run.validity.verdict == "invalid":
        return _BELIEF[run.validity.verdict]
    return "What is here was measured until it ended." if sum(run.outcomes.values()) else ""


def _curves(run: Run) -> Iterator[Curve]:
    """All operations together, their service time where that differs, then the most frequent operations."""
    names = {"response": "response time, from the intended start"}
    if run.plan.get("loop") == "open":
        names["service"] = "service time, from the actual start"
    counts = {name: sum(found.values()) for name, found in run.operations.items() if name != "connect"}
    if len(counts) > 1:
        often = sorted(counts, key=lambda name: -counts[name])
        names |= {f"response@{name}": bounded(name, 60) for name in often}
    enough = {name: one for name, one in run.histograms.items() if name in names and one.count >= _FEWEST}
    drawn = (curve_of(told, enough[name]) for name, told in names.items() if name in enough)
    return islice((curve for curve in drawn if curve is not None), MOST)


def _over_time(run: Run) -> Iterator[Markup]:
    rates = together(run, _RATES, "operations per second, by how they ended")
    if rates is not None:
        yield figure(rates[0], "operations per second", [_NAMES.get(name, name) for name in rates[1]])
    yield figure(timeline([run], "p99"), SHOWN["p99"][1])
    yield figure(timeline([run], "cpu"), SHOWN["cpu"][1])


def _read_time(run: Run) -> str:
    first = "The first round, second by second." if run.rounds > 1 else "Second by second."
    made = any(not one.round and one.began is not None for one in run.incidents)
    shaded = " Shaded in red is when something was made to fail." if made else ""
    paused = (
        " A tick at the foot is a pause of the garbage collector." if any(run.series.get("pause", ())) else ""
    )
    return first + shaded + paused


def _outcomes(run: Run) -> Iterator[Markup]:
    counts = {name: run.outcomes.get(name, 0) for name in OUTCOMES}
    total = sum(counts.values())
    if not total:
        return
    yield figure(outcome_bar(counts))
    if counts["ok"] == total:
        yield paragraph(
            f"All {many(total, 'operation')} were ok." if total > 1 else "The only operation was ok."
        )
        return
    rows = [(name, f"{count:,}", f"{count / total:.2%}") for name, count in counts.items() if count]
    yield drawn_table(
        ("outcome", "operations", "share"), rows, ("", " class=number", " class=number"), css="narrow"
    )


def _processes(run: Run) -> Markup:
    """A row for the system and for each helper; the load's own last."""
    parties = {name.partition("@")[2]: None for name in run.metrics if name.startswith(("memory.", "cpu."))}
    rows = [_party(run, party) for party in parties]
    if (own := run.metrics.get("generator.cpu_per_operation")) is not None:
        rows.append(["load generator", *["-"] * len(_PARTS), quantity(own)])
    heads = ("process", "idle", "peak", "afterwards", "growth", "growth per operation", "CPU per operation")
    return drawn_table(heads, rows, ("", *[" class=number"] * (len(heads) - 1))) if rows else Markup()


def _party(run: Run, party: str) -> Sequence[str]:
    at = f"@{party}" if party else ""
    held = [quantity(run.metrics.get(f"memory.{part}{at}")) for part in _PARTS]
    return [bounded(party, 60) or "system", *held, quantity(run.metrics.get(f"cpu.per_operation{at}"))]


def _read_memory(run: Run) -> str:
    note = run.metrics["memory.peak"].note if "memory.peak" in run.metrics else None
    said = "What each holds, anonymous and shared, over all of its processes."
    return f"{said} Peak: {bounded(note, 200)}." if note else said


def _observed(run: Run) -> Iterator[Markup]:
    for caption, drawing in observed_timelines([run]):
        yield figure(drawing, bounded(caption, 100))
