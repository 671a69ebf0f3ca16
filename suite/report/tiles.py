"""The few figures that a reader looks for first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from suite.records.record import Record
from suite.records.run import Measured, Run
from suite.records.soak import Soak
from suite.report.words import quantity
from suite.units import format_range

_FIRST = {
    "throughput": "throughput", "response.p50": "p50", "response.p95": "p95", "response.p99": "p99",
    "failures": "failures", "memory.peak": "memory peak",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with its name and, of several rounds, how far they lie apart."""

    name: str
    value: str
    spread: str = ""


def tiles(record: Record) -> list[Tile]:
    """Of a Run or a soak; others have none."""
    metrics: Mapping[str, Measured] = record.metrics if isinstance(record, Run | Soak) else {}
    return [
        Tile(told, quantity(metrics[name]), _spread(metrics[name]))
        for name, told in _FIRST.items()
        if name in metrics and metrics[name].value is not None
    ]


def _spread(measured: Measured) -> str:
    known = [value for value in measured.values if value is not None]
    return format_range(min(known), max(known), measured.unit) if len(known) > 1 else ""
