"""Measurements as github-action-benchmark reads them: of its custom tools each knows one direction."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from suite.foreign_text import clean
from suite.records.record import Record
from suite.report.documents.measurements import Measurement, label, measurements
from suite.report.words import short_commit
from suite.units import seconds_since_epoch

FILES = {"lower": "smaller-is-better.json", "higher": "bigger-is-better.json"}
"""By which way is better, as `customSmallerIsBetter` and `customBiggerIsBetter` want them."""


def benchmark_action(records: Iterable[Record]) -> dict[str, str]:
    """The text of each file, a list of values, of each name the newest.

    What can't be believed, is not known or is only a lower bound is in neither; of a comparison it is head.
    """
    lists: dict[str, dict[str, Any]] = {name: {} for name in FILES.values()}
    for record in sorted(records, key=lambda record: seconds_since_epoch(record.started)):
        validity = getattr(record, "validity", None)
        if validity is None or validity.verdict != "invalid":
            for one in measurements(record):
                if one.better in FILES and _known(one) and one.side != "base":
                    entry = _entry(record, one)
                    lists[FILES[one.better]][entry["name"]] = entry
    return {name: f"{json.dumps([*found.values()], indent=1)}\n" for name, found in lists.items()}


def _known(one: Measurement) -> bool:
    return one.value is not None and math.isfinite(one.value) and not one.at_least


def _entry(record: Record, one: Measurement) -> dict[str, Any]:
    entry = {
        "name": f"{label(record.workload)}: {label(one.metric)}",
        "unit": clean(one.unit),
        "value": one.value,
        "extra": f"{record.NAME} {label(record.id)}, {short_commit(record.commit)}",
    }
    known = [value for value in one.values if value is not None]
    half = (max(known) - min(known)) / 2 if known else 0.0
    return {**entry, "range": f"± {half:.4g}"} if len(known) > 1 else entry
