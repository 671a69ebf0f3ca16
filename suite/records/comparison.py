"""What comparing two sets of Runs found: plain, immutable data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from suite.records.better import Better
from suite.records.provenance import Provenance
from suite.records.reason import Figure, Reason

Verdict = Literal["regression", "improvement", "same", "inconclusive"]
ACCEPTED = "accepted"
"""The kind of reason why a change that is there counts as `same`: it is wanted."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How far head lies from base, with an interval; infinite ends where the data can't bound it."""

    estimate: float
    low: float
    high: float

    def within(self, size: float) -> bool:
        """Whether the whole interval lies within ± `size`."""
        return -size <= self.low and self.high <= size

    def negated(self) -> Shift:
        """The same, seen from the other side."""
        return Shift(-self.estimate, -self.high, -self.low)


@dataclass(frozen=True, slots=True)
class Change:
    """One metric of two sides.

    `base` and `head` are medians in the base unit. A `relative` shift is head / base - 1, else it is the
    difference in the base unit; `minimum` is in the same terms. `p` is for the likelier direction, where
    there was a test. `reason` says what the verdict rests on.
    """

    metric: str
    unit: str
    better: Better
    base: float | None
    head: float | None
    verdict: Verdict
    reason: Reason
    shift: Shift | None = None
    relative: bool = True
    minimum: float = 0.0
    p: float | None = None


@dataclass(frozen=True, slots=True)
class QuantileShift:
    """One point of a shift plot: a quantile (0..1) of both sides in seconds, and head / base - 1.

    `at_least` if either side is only a lower bound there.
    """

    quantile: float
    base: float
    head: float
    shift: Shift
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class CostChange:
    """Where a cost changed: how often an operation calls a function, calls a C function there, allocates
    there, or sends a statement.

    `text` is the statement, or the C function's name; `line` is head's, or base's of what head has no more.
    """

    kind: Literal["calls", "c_calls", "allocations", "statements"]
    function: str
    file: str
    line: int
    base: float
    head: float
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Provenance):
    """One workload on two sides; `base` and `head` name them, usually by commit.

    Its provenance is head's. `runs` are how many Runs of each side counted. `quantiles` are keyed like a
    Run's histograms. `places` are where counted costs changed. `notes` are differences and omissions that a
    reader must know.
    """

    NAME: ClassVar[str] = "comparison"
    KIND: ClassVar[str] = "comparison"
    DERIVED: ClassVar[tuple[str, ...]] = ("verdict",)

    base: str
    head: str
    changes: tuple[Change, ...]
    runs: tuple[int, int] = (0, 0)
    quantiles: Mapping[str, tuple[QuantileShift, ...]] = field(default_factory=dict)
    places: tuple[CostChange, ...] = ()
    notes: tuple[Reason, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Of all metrics."""
        return verdict_of(self.changes)


def verdict_of(changes: Iterable[Change]) -> Verdict:
    """A regression anywhere, else inconclusive if any is (or none was compared)."""
    found = {change.verdict for change in changes} or {"inconclusive"}
    order: tuple[Verdict, ...] = ("regression", "inconclusive", "improvement", "same")
    return next(verdict for verdict in order if verdict in found)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """Several comparisons in one verdict, its exit code, and a reason for each change that decided.

    The kind of such a reason is the verdict; `nothing_compared` where that is why.
    """

    verdict: Verdict
    exit_code: int
    reasons: tuple[Reason, ...]


def conclude(comparisons: Iterable[Comparison]) -> Conclusion:
    """One verdict of all: exit code 1 for a regression, 3 if inconclusive or nothing was compared, else 0."""
    found = list(comparisons)
    verdict = verdict_of(change for one in found for change in one.changes)
    if verdict in ("same", "improvement") and any(not one.changes for one in found):
        verdict = "inconclusive"
    reasons = [
        _decided(one.workload, change) for one in found for change in one.changes if change.verdict == verdict
    ]
    reasons += [Reason("nothing_compared", {"workload": one.workload}) for one in found if not one.changes]
    if not found:
        reasons.append(Reason("nothing_compared"))
    return Conclusion(verdict, {"regression": 1, "inconclusive": 3}.get(verdict, 0), tuple(reasons))


def _decided(workload: str, change: Change) -> Reason:
    where = {"workload": workload, "metric": change.metric}
    moved: dict[str, Figure] = {}
    if change.shift is not None:
        ends = {"shift": change.shift.estimate, "low": change.shift.low, "high": change.shift.high}
        moved = {**ends, "relative": change.relative, "unit": change.unit, "p": change.p}
    return change.reason.behind(change.verdict, **where, **moved)
