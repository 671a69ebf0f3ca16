"""The slowest operations of a Run: when, whose, and what happened meanwhile."""

from __future__ import annotations

from rich.table import Table

from suite.foreign_text import clean
from suite.records.run import Run
from suite.report.reasons import words
from suite.report.terminal.table import PlainTable
from suite.units import format_quantity


def slowest(run: Run) -> Table:
    """A row for each, slowest first; no row for a Run that does not know them."""
    table = PlainTable()
    several = run.rounds > 1
    table.add_column("slowest", no_wrap=True, justify="right")
    table.add_column("of it service", no_wrap=True, justify="right")
    if several:
        table.add_column("round", no_wrap=True, justify="right")
    table.add_column("due at", no_wrap=True, justify="right")
    table.add_column("user", no_wrap=True, justify="right")
    table.add_column("operation", overflow="fold")
    table.add_column("meanwhile", overflow="fold")
    for one in run.slowest:
        name = clean(one.operation) + ("" if one.outcome == "ok" else f", {one.outcome}")
        table.add_row(
            format_quantity(one.response, "s"),
            format_quantity(one.service, "s"),
            *([f"{one.round + 1}"] if several else []),
            f"{one.at:.2f} s",
            "-" if one.user is None else f"{one.user}",
            name,
            "; ".join(clean(words(reason)) for reason in one.meanwhile) or "-",
        )
    return table
