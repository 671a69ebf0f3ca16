"""The sections of a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from suite.records.comparison import Comparison, QuantileShift
from suite.report.charts.shift_chart import shift_chart
from suite.report.charts.spectrum import Curve, spectrum
from suite.report.compared import chance
from suite.report.html.markup import bounded, lines, table
from suite.report.html.section import Section, figure
from suite.report.terminal.compare import below, changes_table
from suite.report.terminal.places import places


def comparison_sections(found: Comparison) -> Iterator[Section]:
    """What changed, then where, then what else must be known."""
    changes = table(changes_table(found.changes, "p adjusted", lambda change: chance(change.p)))
    yield Section(
        "What changed",
        (figure(shift_chart(found.changes)), changes),
        "A dot is the likeliest shift from base to head, its line the interval that the data allow.",
    )
    for key, shifts in found.quantiles.items():
        curves = _sides(found, shifts)
        drawn = spectrum(curves, "both sides by percentile") if curves else None
        yield Section(
            f"{bounded(key, 80)} time by percentile", (figure(drawn, "", [one.name for one in curves]),)
        )
    rows = [*places(found)]
    yield Section(
        "Where it comes from",
        (
            *(table(row) for row in rows if isinstance(row, Table)),
            lines(row for row in rows if isinstance(row, Text)),
        ),
    )
    yield Section("Notes", (lines(below(found)),))


def _sides(found: Comparison, shifts: Sequence[QuantileShift]) -> list[Curve]:
    """Head in front; of fewer than two quantiles nothing."""
    told = {f"head, {found.head}": "head", f"base, {found.base}": "base"}
    made = []
    for name, side in told.items():
        points = {one.quantile: getattr(one, side) for one in shifts if getattr(one, side) > 0}
        bound = min((one.quantile for one in shifts if one.at_least), default=1.0)
        if len(points) > 1:
            made.append(Curve(bounded(name, 80), tuple(sorted(points.items())), bound))
    return made
