"""Measurements as a table of comma-separated values: a row per metric and round."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from suite.formats.envelope import exit_code
from suite.records.record import Record
from suite.records.run import verdict_word
from suite.report.documents.measurements import label, measurements

COLUMNS = (
    "id", "kind", "workload", "started", "commit", "branch", "dirty", "partial", "verdict", "validity",
    "metric", "operation", "side", "unit", "better", "round", "value", "at_least",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_table(records: Iterable[Record]) -> str:
    """Values in base units, "" where there is none. `round` is "" for the value of all rounds together, else
    it counts from 1. Text that a spreadsheet would take for a formula stands behind an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for record in records:
        writer.writerows(_rows(record))
    return out.getvalue()


def _rows(record: Record) -> Iterator[list[object]]:
    validity = getattr(record, "validity", None)
    about = [
        record.id,
        record.KIND,
        record.workload,
        record.started,
        record.commit or "",
        record.branch or "",
    ]
    state = [*map(_flag, (record.dirty, record.partial)), verdict_word(exit_code(record))]
    head = [*map(_text, about), *state, validity.verdict if validity else ""]
    for one in measurements(record):
        what = [_text(part) for part in (one.name, one.operation, one.side, one.unit, one.better)]
        yield [*head, *what, "", _number(one.value), _flag(one.at_least)]
        for number, value in enumerate(one.values, 1):
            yield [*head, *what, number, _number(value), ""]


def _text(text: str) -> str:
    shown = label(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def _number(value: float | None) -> str:
    return "" if value is None else repr(float(value))


def _flag(given: bool) -> str:
    return "true" if given else "false"
