"""How small a slow-down can be noticed on a machine: plain, immutable data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from suite.records.comparison import Change, Verdict
from suite.records.provenance import Provenance
from suite.records.reason import Reason


@dataclass(frozen=True, slots=True)
class Power:
    """What is known of one metric: spread, and the smallest slow-down that is caught in 95 of 100.

    By 8, 12 and 16 pairs of `ab` (as text, as JSON has keys), and by the `gate` against 8 stored Runs;
    None where no slow-down that was tried is. `caught` says how often some sizes are, by 16 pairs.
    """

    metric: str
    unit: str
    variation: float
    minimum: float
    ab: Mapping[str, float | None] | None = None
    gate: float | None = None
    caught: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class SelfComparison:
    """What turns of a commit with itself showed, one side `slowed` by that share of an operation's time."""

    verdict: Verdict
    pairs: int
    changes: tuple[Change, ...]
    slowed: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration(Provenance):
    """One workload under one load on one machine (see `classes`), from `runs` measured runs of a commit.

    Alarms are the share of comparisons of one commit with itself that find a regression. `against_itself`
    is what the measured runs showed as they came, `planted` what became of a slow-down that really ran.
    """

    NAME: ClassVar[str] = "calibration"
    KIND: ClassVar[str] = "calibration"
    DERIVED: ClassVar[tuple[str, ...]] = ()

    machine: str
    load: str
    runs: int
    ab_alarms: float
    gate_alarms: float
    metrics: tuple[Power, ...]
    values: Mapping[str, tuple[float, ...]]
    against_itself: SelfComparison | None = None
    planted: SelfComparison | None = None
    doubts: Reason | None = None


@dataclass(frozen=True, slots=True)
class Caught:
    """The smallest slow-down of a metric that a comparison would have caught in 95 of 100, as a share."""

    metric: str
    size: float
