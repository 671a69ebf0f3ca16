"""What a soak says: a line per window, what moved over them, until when there is room."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from suite.foreign_text import clean
from suite.records.histogram import Histogram
from suite.records.outcome import NOT_GOOD, OUTCOMES
from suite.records.run import Judgement
from suite.records.soak import Course, Soak, SoakWindow, Trend
from suite.report.reasons import words
from suite.report.terminal.lines import details
from suite.report.terminal.sparkline import sparkline
from suite.report.terminal.table import PlainTable
from suite.report.verdict import code_text
from suite.report.words import BAD, FAINT, GOOD, WARNING, first_line, many, plan_words, signed, span_words
from suite.units import format_quantity, format_range

_BARS = 12
_ROWS = 24
_WIDE = 80
"""Columns that the table takes with the windows drawn, and the interval of the slope."""
_COURSES: dict[Course, tuple[str, str]] = {
    "drifts": ("✗ DRIFTS", BAD),
    "told": ("grows", WARNING),
    "stopped": ("stopped", FAINT),
    "small": ("too little", FAINT),
    "steady": ("steady", GOOD),
}


def window_line(window: SoakWindow, number: int, of: int) -> Text:
    """One window as a line of progress."""
    outcomes = Counter[str]()
    for one in window.operations.values():
        outcomes.update(one.outcomes)
    times = Histogram.merged(one.response_times for one in window.operations.values())
    due, bad = sum(outcomes.values()), sum(outcomes[OUTCOMES[one]] for one in NOT_GOOD)
    parts = [format_quantity(outcomes["ok"] / window.seconds, "1/s")]
    parts += [f"{name} {format_quantity(times.percentile(at)[0], 's')}" for name, at in
              (("p50", 0.5), ("p99", 0.99))]  # fmt: skip
    if bad:
        parts.append(f"{format_quantity(bad / due, 'ratio')} failed")
    if (system := window.parties.get("system")) is not None and system.processes:
        parts.append(f"memory {format_quantity(system.memory, 'B')}")
        for name, count in (("descriptors", system.descriptors), ("threads", system.threads)):
            parts.append(f"{name} {'-' if count is None else count}")
    head = "warm-up" if window.warming else f"{number:>{len(str(of))}} of {of}"
    doubt = ""
    if window.validity.verdict == "invalid" and not window.warming:
        doubt = "  invalid: " + first_line("; ".join(map(words, window.validity.reasons[:1])), 90)
    return Text.assemble(f"{head}  {'  '.join(parts)}", (doubt, WARNING))


def soak_head(soak: Soak) -> Iterator[Text]:
    """What was loaded, for how long, and how often it began anew."""
    counted = [window for window in soak.windows if not window.warming]
    segments = len({window.segment for window in soak.windows})
    length = span_words(sum(window.seconds for window in counted))
    anew = f", {many(segments, 'start')} of the system" if segments > 1 else ""
    plan = clean(plan_words({name: value for name, value in soak.plan.items() if name != "seconds"}))
    yield Text.assemble((clean(soak.workload), "bold"), f"  {length} in {many(len(counted), 'window')}{anew}")
    yield Text(f"  {soak.validity.verdict}, {plan}", FAINT)


def trends(soak: Soak, width: int) -> Table:
    """A row per metric: what gets worse first, then what the system and its load were like. In a terminal
    that is not wide enough for all neither the windows nor the interval are shown.
    """
    wide = width >= _WIDE
    table = PlainTable()
    table.add_column("metric", overflow="fold", min_width=12)
    if wide:
        table.add_column("windows", no_wrap=True, min_width=_BARS)
    for title in ("first → last", "per hour (95 %)" if wide else "per hour", "left"):
        table.add_column(title, justify="right", overflow="fold")
    table.add_column("", overflow="fold", min_width=10)
    for one in shown(soak.trends):
        table.add_row(
            one.metric,
            *([sparkline(_thinned(one.values))] if wide else []),
            f"{format_quantity(one.first, one.unit)} → {format_quantity(one.last, one.unit)}",
            _signed(one.slope.estimate, one.unit) + (f" ({_interval(one)})" if wide else ""),
            "-" if one.left is None else span_words(one.left),
            Text(*_COURSES[one.course]),
        )
    return table


def shown(found: Sequence[Trend]) -> list[Trend]:
    """What moves, the gravest first; then of what does not the totals and the system's own."""
    order = list(_COURSES)
    moving = [one for one in found if one.course != "steady"]
    still = [one for one in found if one.course == "steady" and "@" not in one.metric and any(one.values)]
    return [*sorted(moving, key=lambda one: order.index(one.course)), *still][:_ROWS]


def soak_lines(soak: Soak) -> Iterator[Text]:
    """What stands below the table: what it left out, broken thresholds, doubts, what ended it early."""
    if left_out := len(soak.trends) - len(shown(soak.trends)):
        yield Text(f"{many(left_out, 'metric')} more did not get worse", FAINT)
    for judged in _broken(soak):
        unit = soak.metrics[judged.metric].unit if judged.metric in soak.metrics else "1"
        value, limit = (format_quantity(one, unit) for one in (judged.value, judged.limit))
        yield Text.assemble(("✗ CRITICAL  ", BAD), f"{clean(judged.metric)} {value}, limit {limit}")
    yield from details(soak)
    for reason in soak.validity.reasons:
        yield Text.assemble(("! ", WARNING), clean(words(reason)))
    if soak.error is not None:
        yield Text.assemble(("✗ ", BAD), first_line(soak.error.message))


def soak_closing(soak: Soak, code: int, saved: str | Path | None, again: str | None) -> Text:
    """The verdict in one line, where the document is, or how the soak goes on."""
    drifting = [one for one in soak.trends if one.course == "drifts"]
    broken = _broken(soak)
    said = "nothing drifts"
    if broken:
        said += f", but {clean(broken[0].metric)} broke its critical level"
    if drifting:
        nearest = min(drifting, key=lambda one: math.inf if one.left is None else one.left)
        said = f"{clean(nearest.metric)} {_signed(nearest.slope.estimate, nearest.unit)} per hour"
        said += "" if nearest.left is None else f", its limit in {span_words(nearest.left)}"
        said += f", and {many(len(drifting) - 1, 'metric')} more" if len(drifting) > 1 else ""
    if soak.partial and not drifting:
        said = f"after {many(sum(not window.warming for window in soak.windows), 'window')}"
    where = "" if saved is None else f"; saved as {saved}"
    where += "" if again is None else f"; go on with: {again}"
    return Text.assemble(code_text(code), f"  {said}{where}")


def _broken(soak: Soak) -> list[Judgement]:
    return [one for one in soak.thresholds if one.passed is False and one.level == "critical"]


def _thinned(values: Sequence[float]) -> list[float]:
    """At most so many values as there are bars: means of neighbours."""
    step = -(-len(values) // _BARS) or 1
    parts = [values[at : at + step] for at in range(0, len(values), step)]
    return [sum(part) / len(part) for part in parts]


def _interval(one: Trend) -> str:
    low, high = one.slope.low, one.slope.high
    if not math.isfinite(low + high):
        return "?"
    if one.unit == "ratio":
        return format_range(100 * low, 100 * high, "1")
    return format_range(low, high, one.unit)


def _signed(value: float, unit: str) -> str:
    if unit == "ratio":  # a share of nothing: % would look like one
        return f"{signed(100 * value, '1')} points"
    return signed(value, unit)
