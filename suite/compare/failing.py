"""Failures beside what else is compared: always judged, and nothing is better while more fails.

Who fails slow requests at once is faster at the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from suite.records.comparison import Change
from suite.records.reason import Reason
from suite.records.run import Run

FAILURES = "failures"


def fails(*sides: Sequence[Run]) -> bool:
    """Whether any operation of any Run failed, so that there is something to judge."""
    found = (run.metrics.get(FAILURES) for runs in sides for run in runs)
    return any(measured is not None and measured.value for measured in found)


def beside(changes: Sequence[Change], asked: Sequence[str]) -> tuple[Change, ...]:
    """`changes` where failures were judged as well: no improvement while they rise.

    Failures that were not `asked` for stand among them only where they are clear: noise in them must not
    keep a verdict from falling.
    """
    found = next((change for change in changes if change.metric == FAILURES), None)
    if found is None:
        return tuple(changes)
    if _rises(found):
        reason = Reason("failures_rise", {"base": found.base, "head": found.head})
        changes = [
            replace(one, verdict="inconclusive", reason=reason) if one.verdict == "improvement" else one
            for one in changes
        ]
    unclear = FAILURES not in asked and found.verdict == "inconclusive"
    return tuple(one for one in changes if not (unclear and one is found))


def _rises(failures: Change) -> bool:
    """Whether they surely do, or by more than counts with hardly a doubt."""
    if failures.verdict == "regression":
        return True
    shift = failures.shift
    return shift is not None and shift.low > 0 and shift.estimate >= failures.minimum


def note(base: float | None, head: float | None) -> Reason:
    """What failed on both sides, where that decided nothing."""
    return Reason(FAILURES, {"base": base, "head": head})
