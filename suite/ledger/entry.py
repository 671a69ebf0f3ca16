"""A Run in short, as lists of Runs show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self, get_args

from suite.records.comparison import Verdict
from suite.records.run import Measured, RunVerdict
from suite.units import seconds_since_epoch

HEADLINES = ("throughput", "response.p50", "response.p95", "response.p99", "failures", "memory.growth")
"""The metrics that an Entry has, where its Run has them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record of some `kind` in short, of a Run without its histograms and series.

    `environment_hash` is equal for Runs of equal environments. `metrics` holds the HEADLINES, without
    the values of the rounds.
    """

    kind: str
    id: str
    workload: str
    started: str
    commit: str | None
    branch: str | None
    verdict: str
    exit_code: int
    validity: str
    rounds: int
    environment_hash: str
    metrics: Mapping[str, Measured]

    @classmethod
    def of(cls, row: Mapping[Any, Any], metrics: Mapping[str, Measured]) -> Self:
        """That of a row of columns. In a ledger from elsewhere they may say anything, whatever the documents
        say: a time that is none is the beginning of all, a verdict that is none invalid.
        """
        said = {name: row[name] for name in _COLUMNS}
        try:
            seconds_since_epoch(said["started"])
        except (TypeError, ValueError, OverflowError):
            said["started"] = _NEVER
        if said["verdict"] not in _VERDICTS:
            said["verdict"] = "invalid"
        return cls(**said, metrics=metrics)


_COLUMNS = tuple(field.name for field in fields(Entry) if field.name != "metrics")
_VERDICTS = {*get_args(RunVerdict), *get_args(Verdict)}
_NEVER = "1970-01-01T00:00:00+00:00"
