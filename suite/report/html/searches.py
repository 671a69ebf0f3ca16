"""The sections of what searches found: a capacity, leaks, a bill of costs."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from suite.records.capacity import Capacity
from suite.records.costs import AllocationSite, CostBill, FunctionCalls
from suite.records.leak import LeakSearch, LeakSuspect
from suite.report.charts.capacity_curve import capacity_curve
from suite.report.charts.course import course
from suite.report.html.markup import bounded, drawn_table, lines, table
from suite.report.html.section import Section, figure, paragraph, small_title
from suite.report.reasons import verdict_words
from suite.report.terminal.capacity import looks_table, scaling_words
from suite.report.terminal.costs import (
    costs_lines,
    costs_table,
    database_table,
    helpers_table,
    operations_table,
    statements_table,
)
from suite.report.terminal.leaks import COUNTERS, below, counters, head, suspects
from suite.units import format_quantity

_DRAWN, _STACKS, _FRAMES, _PLACES = 3, 5, 25, 20


def capacity_sections(found: Capacity) -> Iterator[Section]:
    """Response time and throughput against load, then all looks."""
    legend = Markup(
        '<p class="legend"><span><span class="key held"></span> held</span> '
        '<span><span class="key broke">×</span> broke</span> '
        '<span><span class="key between"></span> where the capacity lies</span></p>'
    )
    drawn = [
        figure(capacity_curve(found, "p99"), "response p99 against load"),
        figure(capacity_curve(found, "throughput"), "throughput against load"),
    ]
    yield Section("Load and what became of it", (*drawn, legend if any(drawn) else Markup()))
    yield Section("Looks", (table(looks_table(found)),), "A row is a load; of several looks at it the last.")
    yield Section("How it scales", (lines(scaling_words(found)),))


def leak_sections(search: LeakSearch) -> Iterator[Section]:
    """What rose, then who is suspected, with stacks."""
    growths = sorted(search.verdict.growths, key=lambda growth: growth.process != "all")
    drawn = []
    for growth in growths[:_DRAWN]:
        name, unit = COUNTERS[growth.counter]
        caption = f"{name} of {'all processes' if growth.process == 'all' else bounded(growth.process, 60)}"
        drawn.append(figure(course(growth.levels, unit, caption, below="mark"), caption))
    _, looked = head(search)
    said = paragraph(bounded(verdict_words(search.verdict)))
    yield Section("What rose", (said, lines([looked]), *drawn, table(counters(search))))
    found = search.suspects or ()
    yield Section("Suspects", (table(suspects(search)), *map(_stack, found[:_STACKS])))
    yield Section("Notes", (lines(below(search)),))


def cost_sections(bill: CostBill) -> Iterator[Section]:
    """The bill, its SQL statements, and the places that take most."""
    yield Section("The bill of an operation", (table(costs_table(bill)), lines(costs_lines(bill))))
    yield Section("Each operation by itself", (table(operations_table(bill)),))
    yield Section("What helpers take beside it", (table(helpers_table(bill)),))
    yield Section("SQL statements", (table(statements_table(bill)), table(database_table(bill))))
    calls = [(_where(one), format_quantity(one.calls, "1")) for one in (bill.functions or ())[:_PLACES]]
    rows = [
        (_where(one), format_quantity(one.allocations, "1"), format_quantity(one.allocated, "B"))
        for one in (bill.allocations or ())[:_PLACES]
    ]
    number = " class=number"
    yield Section(
        "Functions called most",
        (drawn_table(("function", "calls"), calls, ("", number)) if calls else Markup(),),
    )
    heads = ("line", "allocations", "allocated")
    yield Section(
        "Lines that allocate most", (drawn_table(heads, rows, ("", number, number)) if rows else Markup(),)
    )


def _where(one: FunctionCalls | AllocationSite) -> str:
    return bounded(f"{one.function}() {one.file}:{one.line}")


def _stack(suspect: LeakSuspect) -> Markup:
    if len(suspect.stack) < 2:
        return Markup()
    frames = Markup().join(
        Markup("<li><code>{}</code> <small>{}:{}</small></li>").format(
            bounded(frame.function, 200), bounded(frame.file, 300), frame.line
        )
        for frame in suspect.stack[:_FRAMES]
    )
    title = small_title(f"Stack of {bounded(suspect.function, 200)}, the innermost call first")
    return title + Markup('<ol class="stack">{}</ol>').format(frames)
