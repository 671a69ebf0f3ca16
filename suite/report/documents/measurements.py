"""What was measured as rows of one form, whatever measured it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from suite.foreign_text import clean
from suite.records.capacity import Capacity
from suite.records.comparison import Comparison
from suite.records.costs import CostBill
from suite.records.leak import LeakSearch
from suite.records.overload import OverloadRecovery
from suite.records.record import Record
from suite.records.run import Run
from suite.records.soak import Soak

_LONGEST_LABEL = 1_000


@dataclass(frozen=True, slots=True)
class Measurement:
    """One metric in its base unit: the value, and those of rounds or windows.

    `at_least` says that the value is a lower bound. `side` is base or head of two that were compared.
    """

    metric: str
    unit: str
    better: str
    value: float | None
    values: tuple[float | None, ...] = ()
    at_least: bool = False
    side: str = ""

    @property
    def name(self) -> str:
        """The metric without its operation."""
        return self.metric.partition("@")[0]

    @property
    def operation(self) -> str:
        """The operation, or helper, that it is about; "" for all."""
        return self.metric.partition("@")[2]


def label(text: str) -> str:
    """`text` from outside, such as each row or line has again: no longer than names are, or one of a megabyte
    would make a document of hundreds.
    """
    said = clean(text)
    return said if len(said) <= _LONGEST_LABEL else said[: _LONGEST_LABEL - 1] + "…"


def measurements(record: Record) -> Iterator[Measurement]:
    """All that a record has figures of; of a comparison both sides."""
    match record:
        case Run() | Soak():
            for name, one in record.metrics.items():
                yield Measurement(name, one.unit, one.better, one.value, one.values, one.at_least)
        case CostBill():
            for name, cost in record.costs.items():
                yield Measurement(name, cost.unit, "lower", cost.value, cost.windows)
        case Capacity():
            unit = "1/s" if record.unit == "1/s" else "1"
            yield Measurement("capacity.low", unit, "higher", record.interval[0])
            yield Measurement("capacity.high", unit, "higher", record.interval[1])
        case LeakSearch():
            verdict = record.verdict
            yield Measurement("leak.bytes_per_operation", "B", "lower", verdict.bytes_per_operation)
            yield Measurement("leak.blocks_per_operation", "1", "lower", verdict.blocks_per_operation)
        case OverloadRecovery():
            yield Measurement("recovery.load", "1/s", "higher", record.found.low)
        case Comparison():
            for change in record.changes:
                for side in ("base", "head"):
                    value = change.base if side == "base" else change.head
                    yield Measurement(change.metric, change.unit, change.better, value, side=side)
        case _:
            return
