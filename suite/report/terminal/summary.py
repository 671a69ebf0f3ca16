"""Tables of several Runs: the summary of a command, the ledger's list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import get_args

from rich.console import Console
from rich.table import Table
from rich.text import Text

from suite.ledger.entry import Entry
from suite.records.comparison import Verdict
from suite.records.run import Run
from suite.report.terminal.table import PlainTable, narrower, widest
from suite.report.verdict import compared_text, short_verdict, validity_text, verdict_text
from suite.report.words import BAD, quantity, short_commit, short_id

_FIGURES = {
    "throughput": "throughput", "p50": "response.p50", "p95": "response.p95", "p99": "response.p99",
    "growth": "memory.growth", "failures": "failures",
}  # fmt: skip
_FIRST_TO_GO = ("p50", "growth", "checks", "failures", "p95", "p99", "commit", "throughput")
_LESS = narrower(_FIRST_TO_GO)
"""What narrower and narrower terminals do without; what failed a check says so in its verdict."""
_SHORTEST = {"kind": 8, "run": 8, "started": 11, "workload": 16, "verdict": 8, "validity": 8}
"""Widths below which columns of text are not squeezed."""
_COMPARED: tuple[Verdict, ...] = get_args(Verdict)


def summary(runs: Sequence[Run], console: Console) -> Table:
    """One row per Run: verdict, figures, checks."""

    def table(without: frozenset[str]) -> Table:
        figures = _figures(without)
        checks = "checks" not in without
        made = _table(["workload", "verdict", "validity"], [*figures, *(["checks"] if checks else [])])
        for run in runs:
            values = [quantity(run.metrics.get(name)) for name in figures.values()]
            row = [*values, _checks(run)] if checks else values
            made.add_row(run.workload, short_verdict(run), validity_text(run), *row)
        return made

    return widest(table, _LESS, console)


def entries(rows: Sequence[Entry], console: Console) -> Table:
    """One row per record of the ledger: when, what, verdict, figures, commit; kinds if not all are Runs."""
    several = any(row.kind != Run.KIND for row in rows)

    def table(without: frozenset[str]) -> Table:
        figures = _figures(without)
        kind = ["kind"] if several else []
        commit = [] if "commit" in without else ["commit"]
        made = _table(["run", "started", *kind, "workload", "verdict"], [*figures, *commit])
        for row in rows:
            made.add_row(
                short_id(row.id),
                f"{datetime.fromisoformat(row.started):%m-%d %H:%M}",
                *([row.kind] if several else []),
                row.workload,
                _verdict(row),
                *(quantity(row.metrics.get(name)) for name in figures.values()),
                *(short_commit(row.commit, 8) for _ in commit),
            )
        return made

    return widest(table, _LESS, console)


def _verdict(row: Entry) -> Text:
    compared = next((verdict for verdict in _COMPARED if verdict == row.verdict), None)
    return verdict_text(row.verdict) if compared is None else compared_text(compared)


def _figures(without: frozenset[str]) -> Mapping[str, str]:
    return {title: name for title, name in _FIGURES.items() if title not in without}


def _table(left: Sequence[str], right: Sequence[str]) -> Table:
    table = PlainTable()
    for title in left:
        table.add_column(title, overflow="fold", min_width=_SHORTEST[title])
    for title in right:
        table.add_column(title, justify="right", no_wrap=True)
    return table


def _checks(run: Run) -> Text:
    if not run.checks:
        return Text("-")
    passed = sum(check.passed for check in run.checks)
    return Text(f"{passed} of {len(run.checks)}", "" if passed == len(run.checks) else BAD)
