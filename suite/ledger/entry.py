"""A Run in short, as lists of Runs show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from suite.records.run import Measured

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
