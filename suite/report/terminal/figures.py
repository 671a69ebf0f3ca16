"""The tables of one Run: its metrics with their thresholds, and its operations."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rich.console import Console
from rich.table import Table
from rich.text import Text

from suite.contract.metric import STANDARD, find
from suite.contract.observe import unasked
from suite.foreign_text import clean
from suite.records.run import Measured, Run
from suite.report.terminal.table import PlainTable, narrower, widest
from suite.report.verdict import judged_text
from suite.report.words import FAINT, quantity
from suite.units import format_range

_CONNECT = "connect"
_ALWAYS = (
    "response.mean", "response.p50", "response.p95", "response.p99", "response.max",
    "first.p50", "first.p95", "gap.p99", "gap.max", "throughput", "failures", "good",
)  # fmt: skip
_IF_ANY = ("rejected", "dropped", "limit.excess", "limit.shortfall", "gc.pause.max", "gc.uncollectable")
_RESOURCES = ("memory.idle", "memory.peak", "memory.growth", "cpu.per_operation")
_OF_OPERATION = {
    "p50": "response.p50", "p95": "response.p95", "p99": "response.p99", "throughput": "throughput",
}  # fmt: skip
_OF_STREAMS = {"first p95": "first.p95", "gap p99": "gap.p99"}
_FIRST_TO_GO = ("p50", "p95", "gap p99", "throughput", "first p95")
_MARGIN = 2


def figures(run: Run) -> Table:
    """Metric, value, range over the rounds, threshold or note; a row for each metric worth showing."""
    judged = {
        name: tuple(one for one in run.thresholds if one.metric == name)
        for name in dict.fromkeys(one.metric for one in run.thresholds)
    }
    several = run.rounds > 1
    table = PlainTable()
    table.add_column("metric", overflow="fold", min_width=12)
    table.add_column("value", justify="right", no_wrap=True)
    if several:
        table.add_column("rounds", justify="right", no_wrap=True)
    table.add_column("threshold", overflow="fold")
    for name in _shown(run):
        measured = run.metrics.get(name)
        last = Text()
        if name in judged:
            last = judged_text(judged[name], measured.unit if measured else _unit(name))
        note = _why_not(name) if measured is None else measured.note
        if note:
            last = Text.assemble(last, "  " if last else "", (clean(note), FAINT))
        row = [name, quantity(measured)]
        if several:
            row.append(_spread(measured))
        table.add_row(*row, last)
    return table


def operations(run: Run, console: Console | None = None) -> Table:
    """A row per operation, also of those recorded elsewhere; no rows if there is but one to connect for.

    With the columns that `console` has room for.
    """
    if console is None:
        return _operations(run, frozenset())
    return widest(partial(_operations, run), narrower(_FIRST_TO_GO), console, _MARGIN)


def _operations(run: Run, without: frozenset[str]) -> Table:
    table = PlainTable()
    table.add_column("operation", overflow="fold", min_width=9)
    streaming = any(
        f"{metric}@{name}" in run.metrics for metric in _OF_STREAMS.values() for name in run.operations
    )
    every = {**_OF_OPERATION, **(_OF_STREAMS if streaming else {})}
    columns = {title: metric for title, metric in every.items() if title not in without}
    for title in ("ok", "rejected", "failed", *columns):
        table.add_column(title, justify="right", no_wrap=True)
    several = len(run.operations.keys() - {_CONNECT}) > 1
    for name, counts in run.operations.items() if several else ():
        good, refused = counts.get("ok", 0), counts.get("rejected", 0)
        bad = sum(counts.values()) - good - refused
        cells = [quantity(run.metrics.get(f"{metric}@{name}")) for metric in columns.values()]
        table.add_row(name, f"{good:,}", f"{refused:,}", f"{bad:,}", *cells)
    return table


def _shown(run: Run) -> Iterator[str]:
    """Names of the metrics to show, in order, each once."""
    names = dict.fromkeys(name for name in _ALWAYS if name in run.metrics)
    names |= dict.fromkeys(name for name in _IF_ANY if _is_something(run.metrics.get(name)))
    names |= dict.fromkeys(name for name in _RESOURCES if name in run.metrics)
    helpers = (f"@{name}" for name in _helpers(run))
    names |= dict.fromkeys(
        name + helper for helper in helpers for name in _RESOURCES if name + helper in run.metrics
    )
    own = (name for name in run.metrics if name.partition("@")[0] not in STANDARD)
    names |= dict.fromkeys(name for name in own if not unasked(name, run.metrics[name].better))
    names |= dict.fromkeys(one.metric for one in run.thresholds)
    return iter(names)


def _why_not(name: str) -> str:
    """Why a metric that has a threshold is not there."""
    return "nothing streamed" if name.startswith(("first.", "gap.")) else "not measured"


def _helpers(run: Run) -> list[str]:
    found = (name.partition("@")[2] for name in run.metrics if name.startswith("memory."))
    return [name for name in dict.fromkeys(found) if name]


def _is_something(measured: Measured | None) -> bool:
    return measured is not None and bool(measured.value)


def _unit(name: str) -> str:
    metric = find(name)
    return metric.unit if metric else "1"


def _spread(measured: Measured | None) -> str:
    known = [] if measured is None else [value for value in measured.values if value is not None]
    if measured is None or not known:
        return ""
    return format_range(min(known), max(known), measured.unit)
