"""The sections of a soak."""

from __future__ import annotations

from collections.abc import Iterator

from suite.foreign_text import clean
from suite.records.soak import Soak
from suite.report.charts.course import course
from suite.report.html.judged import limits
from suite.report.html.markup import bounded, lines, table
from suite.report.html.section import Section, figure, paragraph
from suite.report.terminal.soak import shown, soak_head, soak_lines, trends
from suite.report.words import title

_WIDE, _DRAWN = 200, 8


def soak_sections(soak: Soak) -> Iterator[Section]:
    """What moved, the gravest first, drawn; then limits, doubts and errors."""
    length, state = (line.plain for line in soak_head(soak))
    told = f"{length.removeprefix(clean(soak.workload)).strip()}; {state.strip()}."
    yield Section("What moved", (paragraph(bounded(told)), table(trends(soak, _WIDE))))
    drawn = []
    for one in shown(soak.trends)[:_DRAWN]:
        caption = bounded(title(one.metric), 120)
        drawing = course(one.values, one.unit, caption, below="window", ends=(one.first, one.last))
        drawn.append(figure(drawing, caption))
    yield Section("Window by window", tuple(drawn), "The line is the trend over all windows that count.")
    yield Section("Thresholds", (limits(soak),))
    yield Section("Errors and doubts", (lines(soak_lines(soak)),))
