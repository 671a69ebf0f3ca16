"""Measurements in the text form of OpenMetrics: for Prometheus, a push gateway, a node's text files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.openmetrics.exposition import generate_latest

from suite.foreign_text import clean
from suite.formats.envelope import exit_code
from suite.records.record import Record
from suite.records.run import Run, verdict_word
from suite.report.documents.measurements import Measurement, label, measurements

_PREFIX = "loadledger"
_UNITS = {"s": "seconds", "B": "bytes", "ratio": "ratio", "1/s": "per_second", "1": ""}
_RESULT = f"{_PREFIX}_result"
_LABELS = ("workload", "operation", "side", "result")
Labels = Mapping[str, str]


def open_metrics(records: Sequence[Record]) -> str:
    """A gauge per metric, its unit as the end of its name, and what is known of each result as `..._info`.

    A value that is not known is left out. Labels name workload, operation and the result's id.
    """
    text: bytes = generate_latest(_Collected(records))  # type: ignore[no-untyped-call]
    return text.decode("utf-8")


class _Collected:
    """What the library wants of a registry."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records

    def collect(self) -> Iterator[Metric]:
        families: dict[tuple[str, str], GaugeMetricFamily] = {}
        taken = {_RESULT, f"{_RESULT}_info", f"{_RESULT}_operations"}
        seen: set[tuple[object, ...]] = set()
        for record, one in _known(self._records):
            key = one.name, one.unit
            if key not in families:
                unit = _UNITS.get(one.unit, _plain(one.unit))
                name = _free(f"{_PREFIX}_{_plain(one.name)}", unit, taken)
                said = (
                    f"{clean(one.name)}, {clean(one.better)} is better"
                    if one.better != "none"
                    else clean(one.name)
                )
                families[key] = GaugeMetricFamily(name, said, labels=_LABELS, unit=unit)
            values = [label(text) for text in (record.workload, one.operation, one.side, record.id)]
            if (key, *values) not in seen:
                seen.add((key, *values))
                families[key].add_metric(values, float(one.value or 0.0))
        yield _info(self._records)
        yield _outcomes(self._records)
        yield from families.values()


def _known(records: Iterable[Record]) -> Iterator[tuple[Record, Measurement]]:
    for record in records:
        yield from ((record, one) for one in measurements(record) if one.value is not None)


def _info(records: Iterable[Record]) -> InfoMetricFamily:
    family = InfoMetricFamily(_RESULT, "what was measured, when, of which commit, and its verdict")
    by_id = {(label(record.workload), label(record.id)): record for record in records}
    for (workload, name), record in by_id.items():
        validity = getattr(record, "validity", None)
        more = {
            "kind": record.KIND,
            "commit": label(record.commit or ""),
            "started": record.started,
            "verdict": verdict_word(exit_code(record)),
            "validity": validity.verdict if validity else "",
        }
        family.add_metric([], {"workload": workload, "result": name, **more})
    return family


def _outcomes(records: Iterable[Record]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        f"{_RESULT}_operations", "operations by how they ended", labels=("workload", "result", "outcome")
    )
    by_id = {(label(one.workload), label(one.id)): one for one in records if isinstance(one, Run)}
    for (workload, name), run in by_id.items():
        for outcome, count in run.outcomes.items():
            family.add_metric([workload, name, clean(outcome)], float(count))
    return family


def _free(base: str, unit: str, taken: set[str]) -> str:
    """A name that ends with its unit and that no other metric has, for some differ in signs alone."""
    stem, number = base.removesuffix(f"_{unit}") if unit else base, 1
    name = f"{stem}_{unit}" if unit else stem
    while name in taken:
        number += 1
        name = f"{stem}_{number}_{unit}" if unit else f"{stem}_{number}"
    taken.add(name)
    return name


def _plain(text: str) -> str:
    said = text.replace("/", "_per_").replace("%", "percent").replace("µ", "u")
    return re.sub(r"[^a-zA-Z0-9_]+", "_", said).strip("_").lower() or "value"
