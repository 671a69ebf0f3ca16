"""Round and Run: plain, immutable records of what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, get_args

from suite.records.detail import Detail
from suite.records.evidence import Evidence
from suite.records.histogram import Histogram
from suite.records.incident import Incident
from suite.records.observation import Observation
from suite.records.party_output import PartyOutput
from suite.records.provenance import Provenance
from suite.records.reason import Reason
from suite.records.slow_operation import SlowOperation

TARGET_FAILING = "target_failing"
"""The kind of reason to stop for that is bad whatever was measured."""
RunVerdict = Literal["pass", "fail", "invalid", "error"]
ValidityVerdict = Literal["valid", "doubtful", "invalid"]


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric of a Run in its base unit: the Run's `value` and the rounds' `values`.

    `at_least` says that the value is a lower bound (a percentile among operations that did not end).
    `note` says why a value is None, or how it was obtained.
    """

    unit: str
    better: str
    value: float | None
    values: tuple[float | None, ...] = ()
    at_least: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """One level of one threshold; `passed` None if it could not be judged."""

    metric: str
    level: str
    limit: float
    value: float | None
    passed: bool | None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check, over all rounds in a Run."""

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether the numbers can be believed, and why not."""

    verdict: ValidityVerdict = "valid"
    reasons: tuple[Reason, ...] = ()


def worst(verdicts: Iterable[ValidityVerdict]) -> ValidityVerdict:
    """That of what holds only if all of its parts do; of no parts nothing can be believed."""
    return max(verdicts, key=get_args(ValidityVerdict).index, default="invalid")


@dataclass(frozen=True, slots=True)
class Failure:
    """What ended a round early: `kind` is system, worker, interrupted or internal."""

    kind: Literal["system", "worker", "interrupted", "internal"]
    message: str


@dataclass(frozen=True, slots=True)
class Round:
    """One fresh start of system and workers.

    `metrics` are this round's values by name. `sums` are what merges by addition (operations due, ok,
    seconds, CPU seconds, ...). `histograms` are keyed like `response` or `response@browse`. `outcomes`
    are keyed by operation, "" for the loop's totals. `pids` are keyed system, workers and helper names.
    `outputs` are kept where something failed. `incidents` are the faults that were made. `stopped` is why its
    load was ended before its time: what it measured until then is whole. `slowest` are its ten slowest
    operations.
    """

    index: int
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    at_least: frozenset[str] = frozenset()
    notes: Mapping[str, str] = field(default_factory=dict)
    sums: Mapping[str, float] = field(default_factory=dict)
    histograms: Mapping[str, Histogram] = field(default_factory=dict)
    outcomes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    statuses: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    details: tuple[Detail, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    series: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)
    validity: Validity = Validity()
    pids: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    failure: Failure | None = None
    evidence: Evidence | None = None
    limiter: Reason | None = None
    outputs: tuple[PartyOutput, ...] = ()
    observed: tuple[Observation, ...] = ()
    incidents: tuple[Incident, ...] = ()
    stopped: Reason | None = None
    slowest: tuple[SlowOperation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Provenance):
    """The immutable record of all rounds of one workload, as documents and the ledger hold it.

    `error` is what ended it early.
    `histograms` are merged over the rounds; `series` and `observed` are the first round's. `evidence` has an
    entry per round, None for one that failed (no entries in a Run that is older than evidence); `limiter` is
    what held most of the rounds back. `outputs` are what system, helpers and workers wrote in the first round
    in which something failed. `incidents` are the faults that were made, of all rounds. `stopped` is why the
    last round was ended before its time, and no other begun. `slowest` are the ten slowest operations of all
    rounds.
    """

    NAME: ClassVar[str] = "run"
    KIND: ClassVar[str] = "run"

    rounds: int
    metrics: Mapping[str, Measured]
    histograms: Mapping[str, Histogram]
    outcomes: Mapping[str, int]
    operations: Mapping[str, Mapping[str, int]]
    statuses: Mapping[str, Mapping[str, int]]
    details: tuple[Detail, ...]
    thresholds: tuple[Judgement, ...]
    checks: tuple[CheckResult, ...]
    series: Mapping[str, tuple[float | None, ...]]
    validity: Validity
    pids: tuple[Mapping[str, tuple[int, ...]], ...] = ()
    error: Failure | None = None
    evidence: tuple[Evidence | None, ...] = ()
    limiter: Reason | None = None
    outputs: tuple[PartyOutput, ...] = ()
    observed: tuple[Observation, ...] = ()
    incidents: tuple[Incident, ...] = ()
    stopped: Reason | None = None
    slowest: tuple[SlowOperation, ...] = ()

    @property
    def exit_code(self) -> int:
        """What this Run alone would end `suite` with: 4 system, 1 critical or check, 3 invalid, 0."""
        if self.error is not None and self.error.kind == "interrupted":
            return 130
        if self.error is not None and self.error.kind == "internal":
            return 70
        if self.error is not None and self.error.kind == "system":
            return 4
        if any(not check.passed for check in self.checks):
            return 1
        if self.stopped is not None and self.stopped.kind == TARGET_FAILING:
            return 1
        if self.error is not None or self.validity.verdict == "invalid":
            return 3
        critical = [judged.passed for judged in self.thresholds if judged.level == "critical"]
        if False in critical:
            return 1
        return 3 if None in critical else 0

    @property
    def verdict(self) -> RunVerdict:
        """The exit code in one word."""
        return verdict_word(self.exit_code)


def verdict_word(code: int) -> RunVerdict:
    """The word that documents have for an exit code."""
    return "pass" if code == 0 else "fail" if code == 1 else "invalid" if code == 3 else "error"
