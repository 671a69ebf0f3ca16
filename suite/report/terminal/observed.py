"""What a system said of itself, below the tables of a Run: figures over time, and what both sides counted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rich.table import Table
from rich.text import Text

from suite.contract.observe import OBSERVED
from suite.foreign_text import clean
from suite.records.observation import Observation, RequestCount
from suite.records.run import Run
from suite.report.terminal.sparkline import sparkline
from suite.report.terminal.table import PlainTable
from suite.report.words import FAINT, GOOD, WARNING, many, quantity

_ROWS, _WIDTH = 12, 40
_IN_TURNS = (
    "several processes answer in turns, each with counters of its own, which have no values then; let them "
    "share one registry, or run one process"
)


def observed(run: Run) -> Table:
    """A row for each figure that moved, those of pools first, at most twelve of a source."""
    table = PlainTable()
    table.add_column("said of itself", overflow="fold", min_width=14)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("over time", no_wrap=True)
    for source in run.observed:
        for name in source.moved[:_ROWS]:
            table.add_row(name, _value(run, source, name), sparkline(_bars(source, name)))
    return table


def observed_lines(run: Run) -> Iterator[Text]:
    """How often each source was read, what is not shown of it, and whether it counted what was sent."""
    for source in run.observed:
        missed = ", ".join(f"{count:,} × {kind}" for kind, count in source.failures.items())
        more = len(source.moved) - _ROWS
        parts = [
            many(len(source.second), "reading"),
            f"{many(sum(source.failures.values()), 'other')} did not come ({missed})" if missed else "",
            f"{many(more, 'figure')} more in the JSON document" if more > 0 else "",
            f"{many(source.left_out, 'name')} too many to keep" if source.left_out else "",
            _IN_TURNS if source.in_turns else "",
        ]
        yield Text.assemble((f"{clean(source.source)}: ", FAINT), clean(", ".join(filter(None, parts))))
        if source.requests is not None:
            yield _reconciled(source.requests)


def _reconciled(count: RequestCount) -> Text:
    mark = ("✗ ", WARNING) if count.beyond else ("✓ ", GOOD)
    open_ones = f" and {count.unanswered:,} without an answer" if count.unanswered else ""
    counted = f"{count.counted:,} counted by {clean(count.metric)}"
    return Text.assemble(mark, f"{count.answered:,} requests answered{open_ones}, {counted}")


def _value(run: Run, source: Observation, name: str) -> str:
    """What a counter grew by and how fast; what a gauge was at most and on average."""

    def shown(form: str) -> str:
        return quantity(run.metrics.get(f"{OBSERVED}{name}{form}"))

    if name in source.counters:
        return f"{shown('')}, {shown('.rate')}"
    return f"up to {shown('.max')}, mean {shown('.mean')}"


def _bars(source: Observation, name: str) -> Sequence[float]:
    """A level for each reading, of a counter what it grew by; of many the largest of neighbours."""
    values = [math.nan if value is None else value for value in source.values[name]]
    if name in source.counters:
        values = [now - before if now >= before else math.nan for before, now in pairwise(values)]
    each = -(-len(values) // _WIDTH) or 1
    parts = [values[at : at + each] for at in range(0, len(values), each)]
    return [max((value for value in part if not math.isnan(value)), default=math.nan) for part in parts]
