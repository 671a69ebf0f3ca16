"""Words for what was compared, as terminal, Markdown and annotations share them."""

from __future__ import annotations

import math
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from suite.compare.compared import Compared
from suite.formats.envelope import envelope
from suite.records.comparison import Change, Comparison, QuantileShift, Verdict
from suite.report.reasons import shift_words
from suite.report.words import many

GRAVEST_FIRST: tuple[Verdict, ...] = ("regression", "inconclusive", "improvement", "same")
_SMALLEST = 1e-4
"""A p below it says no more."""
_PLURALS = {"regression": "regressions", "improvement": "improvements"}


def counted(compared: Compared) -> str:
    """How many metrics ended how: "1 regression, 7 same in 2 workloads"."""
    found = Counter(change.verdict for one in compared.comparisons for change in one.changes)
    parts = [
        f"{found[verdict]} {verdict if found[verdict] == 1 else _PLURALS.get(verdict, verdict)}"
        for verdict in GRAVEST_FIRST
        if found[verdict]
    ]
    count = len(compared.comparisons)
    return f"{', '.join(parts) or 'nothing compared'} in {many(count, 'workload')}"


@dataclass(frozen=True, slots=True)
class Remedy:
    """What was not decided and what would decide it: a `command` where there is one."""

    said: str
    command: str | None = None

    def __str__(self) -> str:
        return self.said + (f": {self.command}" if self.command else "")


def remedy(compared: Compared) -> Remedy | None:
    """What could not be decided, and the command that would; None if all was decided."""
    open_ones = [one for one in compared.comparisons if _undecided(one) or not one.changes]
    if not open_ones:
        return None
    count = sum(_undecided(one) for one in open_ones)
    parts = [many(count, "metric")] if count else []
    nothing = sum(not one.changes for one in open_ones)
    parts += [f"{many(nothing, 'workload')} with nothing to compare"] if nothing else []
    base, head = compared.codes
    sides = [base] if compared.changed else [base, head]
    said = f"not decided: {' and '.join(parts)}; to decide it"
    if None in sides or base == head:
        return Remedy(f"{said}, run each side more often, or compare two commits with suite ab")
    return Remedy(said, f"suite ab {' '.join(map(str, sides))} {' '.join(_targets(compared, open_ones))}")


def _targets(compared: Compared, comparisons: Sequence[Comparison]) -> Iterator[str]:
    """What to name on a command line; which load file a Run came from is not kept."""
    names = [one.workload for one in comparisons]
    yield from (shlex.quote(name) for name in names if name in compared.installed)
    others = [name for name in names if name not in compared.installed]
    if others:
        yield f"<load file of {', '.join(others)}>"


def amount(value: float, change: Change) -> str:
    """A shift for people: "+12.3 %", "-1.5 points" of a ratio, "+3 ms"."""
    return shift_words(value, change.relative, change.unit)


def interval(change: Change) -> str:
    """The ends between which the shift lies, as far as they are known."""
    if change.shift is None:
        return ""
    low, high = change.shift.low, change.shift.high
    if change.relative and low <= -1:
        low = -math.inf
    if math.isfinite(low) and math.isfinite(high):
        return f"{amount(low, change)} to {amount(high, change)}"
    if math.isfinite(low):
        return f"from {amount(low, change)}"
    return f"up to {amount(high, change)}" if math.isfinite(high) else ""


def shift(change: Change) -> str:
    """How far head lies from base."""
    return "-" if change.shift is None else amount(change.shift.estimate, change)


def brief(change: Change) -> str:
    """A shift in one breath: "+21 % (+15 % to +27 %), p = 0.0004"."""
    ends = interval(change)
    sign = "" if change.p is None or change.p < _SMALLEST else "= "
    certain = "" if change.p is None else f", p {sign}{chance(change.p)}"
    return shift(change) + (f" ({ends})" if ends else "") + certain


def chance(p: float | None) -> str:
    """A p value with two digits."""
    return "-" if p is None else f"{p:.2g}" if p >= _SMALLEST else "< 0.0001"


def point(one: QuantileShift) -> str:
    """A quantile as a label: p50, p99.9."""
    return f"p{100 * one.quantile:g}"


def compare_document(compared: Compared, *, exit_code: int) -> dict[str, Any]:
    """What `--json` writes: base units; null for an end of an interval that is not known."""
    conclusion = compared.conclusion
    base, head = compared.codes
    return envelope(
        "comparison",
        compared.comparisons,
        exit_code=exit_code,
        base={"name": compared.base, "commit": base},
        head={"name": compared.head, "commit": head},
        conclusion={"verdict": conclusion.verdict, "reasons": conclusion.reasons},
        left_out=compared.left_out,
        remedy=None if (hint := remedy(compared)) is None else str(hint),
    )


def _undecided(comparison: Comparison) -> int:
    return sum(change.verdict == "inconclusive" for change in comparison.changes)
