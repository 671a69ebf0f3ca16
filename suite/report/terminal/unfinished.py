"""What a search had recorded of the look, window or round that something ended early."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from suite.contract.metric import find
from suite.foreign_text import clean
from suite.records.unfinished import SearchRecord
from suite.report.reasons import words
from suite.report.words import WARNING
from suite.units import format_quantity

_SHOWN = ("throughput", "response.p50", "response.p99")


def unfinished_lines(record: SearchRecord) -> Iterator[Text]:
    """One, where there is such; it decided nothing."""
    found = record.unfinished
    if found is None or not found.measured:
        return
    counts = ", ".join(f"{count:,} {outcome}" for outcome, count in found.outcomes.items() if count)
    known = [(name, find(name), found.metrics.get(name)) for name in _SHOWN]
    figures = [
        f"{name} {format_quantity(value, metric.unit)}"
        for name, metric, value in known
        if metric is not None and value is not None
    ]
    told = f"{words(found.of)}: {', '.join([counts, *figures])} in {format_quantity(found.seconds, 's')}"
    yield Text.assemble(("cut short: ", WARNING), clean(told))
