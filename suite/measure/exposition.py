"""What a system says of itself in one answer: Prometheus text, JSON, or a mapping, as figures by name."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from numbers import Real
from types import MappingProxyType
from typing import Any

from suite.contract.observe import GROWING, Observe
from suite.process.redaction import excerpt, shown_name

MOST_NAMES = 100
LONGEST_NAME = 200
_DEEPEST = 20
_ODD = re.compile(r"[@\s]+")
"""What has a meaning in the names of metrics, or breaks a table."""
_STARTED = "process_start_time_seconds"
"""Tells the processes of a system apart that answer in turns."""
_PARTS = ("_bucket", "_created")
_GROWING_KINDS = ("counter", "histogram", "summary")


class Unreadable(Exception):
    """An answer that has no figures; `str` says why."""


@dataclass(frozen=True, slots=True)
class Exposition:
    """One answer: figures by name, and all names that are declared.

    Of those in `counters` it is known that they only grow, of those in `presumed` their names say so.
    `left_out` counts those of which no value is kept, for they are too many, or too long. `requests` is the
    counter to be reconciled, None where it is not there, with the names of its `labels`. `process` tells
    which process answered, None where it doesn't say so.
    """

    values: Mapping[str, float]
    names: frozenset[str]
    counters: frozenset[str] = frozenset()
    presumed: frozenset[str] = frozenset()
    requests: float | None = None
    process: float | None = None
    left_out: int = 0
    labels: frozenset[str] = frozenset()


def exposed(body: bytes, observe: Observe, wanted: Collection[str] = ()) -> Exposition:
    """The figures in the body of an HTTP answer; those `wanted` are kept whatever `observe` says.

    Raises Unreadable.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not UTF-8 at byte {error.start}") from None
    if text.lstrip()[:1] in ("{", "["):
        try:
            return from_mapping(json.loads(text), observe, wanted)
        except (ValueError, RecursionError) as error:
            raise Unreadable(f"is not valid JSON: {_short(error)}") from None
    found = _Sums(observe)
    try:
        found.take(text)
    except Exception as error:  # noqa: BLE001 - whatever a parser makes of a page that is none
        raise Unreadable(f"is neither Prometheus text nor JSON: {_short(error)}") from None
    return found.exposition(wanted)


def from_mapping(given: Any, observe: Observe, wanted: Collection[str] = ()) -> Exposition:
    """The numbers in nested mappings and lists, called by their path. Raises Unreadable."""
    found = _Sums(observe)
    for name, value in _flattened(given, "", _DEEPEST):
        found.add(name, value, None)
    return found.exposition(wanted)


class _Sums:
    """Figures while they are put together: series of one name are added up."""

    def __init__(self, observe: Observe) -> None:
        self._observe = observe
        self._values: dict[str, float] = {}
        self._names: set[str] = set()
        self._counters: set[str] = set()
        self._presumed: set[str] = set()
        self._requests: float | None = None
        self._labels: set[str] = set()
        self._too_long = 0

    def take(self, text: str) -> None:
        """All of Prometheus text; of histograms and summaries count and sum."""
        from prometheus_client.parser import text_string_to_metric_families

        for family in text_string_to_metric_families(text):
            kind = None if family.type in ("unknown", "untyped") else family.type in _GROWING_KINDS
            if not family.samples:  # none of its labels was seen yet
                self._names.add(f"{family.name}_total" if family.type == "counter" else family.name)
            for sample in family.samples:
                if not sample.name.endswith(_PARTS) and "quantile" not in sample.labels:
                    self.add(sample.name, float(sample.value), kind, sample.labels)

    def add(
        self, name: str, value: float, grows: bool | None, labels: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """One series; `grows` is None where nothing but the name tells."""
        if len(name) > LONGEST_NAME:  # each would stand in every document some times
            self._too_long += 1
            return
        name = _ODD.sub("_", shown_name(name))
        self._names.add(name)
        if not math.isfinite(value):
            return
        if name == self._observe.requests:
            self._labels |= labels.keys()
            if self._observe.counts(labels):
                self._requests = (self._requests or 0.0) + value
        self._values[name] = self._values.get(name, 0.0) + value
        if grows or self._observe.grows(name):
            self._counters.add(name)
        elif grows is None and name.endswith(GROWING):
            self._presumed.add(name)

    def exposition(self, wanted: Collection[str]) -> Exposition:
        """What was found. Raises Unreadable if that is nothing."""
        if not self._names:
            raise Unreadable("has no figures in it")
        found = [name for name in self._values if name in wanted or self._observe.keeps(name)]
        found.sort(key=lambda name: (name not in wanted, name))
        kept = {name: self._values[name] for name in found[:MOST_NAMES]}
        if self._requests is None and self._observe.requests in self._names:
            self._requests = 0.0  # declared, and not counted yet under these labels
        return Exposition(
            kept,
            frozenset(self._names),
            frozenset(self._counters & kept.keys()),
            frozenset(self._presumed & kept.keys()),
            self._requests,
            self._values.get(_STARTED),
            len(found) - len(kept) + self._too_long,
            frozenset(self._labels),
        )


def _flattened(found: Any, path: str, deep: int) -> Iterator[tuple[str, float]]:
    if isinstance(found, bool) or deep < 0:
        return
    if isinstance(found, Real):
        try:
            value = float(found)
        except OverflowError:
            return
        if math.isfinite(value):
            yield path or "value", value
    elif isinstance(found, Mapping):
        for name, part in found.items():
            yield from _flattened(part, f"{path}.{name}" if path else str(name), deep - 1)
    elif isinstance(found, list | tuple):
        for index, part in enumerate(found):
            yield from _flattened(part, f"{path}.{index}" if path else str(index), deep - 1)


def _short(error: Exception) -> str:
    """It may quote the answer."""
    lines = excerpt(str(error), 80).splitlines()
    return lines[0] if lines else type(error).__name__
