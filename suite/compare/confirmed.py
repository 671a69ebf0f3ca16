"""Accusations of a gate, and what of them holds when they are measured again in turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from suite.compare.capacities import METRIC
from suite.compare.compared import Compared
from suite.compare.minimum import Overrides
from suite.compare.sequential import MOST_METRICS, judge_runs
from suite.records.comparison import Change, Comparison
from suite.records.costs import COSTS
from suite.records.reason import Figure, Reason
from suite.records.run import Run


def accused(compared: Compared) -> dict[str, tuple[str, ...]]:
    """By workload the metrics that regressed, the surest first; what is counted or searched is not timed."""
    found: dict[str, list[Change]] = {}
    for one, change in compared.changes("regression"):
        if change.metric not in COSTS and change.metric != METRIC:
            found.setdefault(one.workload, []).append(change)
    return {
        workload: tuple(change.metric for change in sorted(some, key=_doubt))
        for workload, some in found.items()
    }


def judged_again(
    pairs: Sequence[tuple[Run, Run]], metrics: Sequence[str], minimums: Overrides, alpha: float
) -> dict[str, Change]:
    """What the pairs show of each metric, so many at a time as may decide together."""
    found: dict[str, Change] = {}
    for first in range(0, len(metrics), MOST_METRICS):
        some = metrics[first : first + MOST_METRICS]
        standing, _ = judge_runs(pairs, some, minimums=minimums, alpha=alpha)
        found |= {change.metric: change for change in standing.changes if change.metric in some}
    return found


def confirmed(one: Comparison, again: dict[str, Change], pairs: int, cut: Reason | None = None) -> Comparison:
    """`one` with what `again` shows in place of what accused it; `cut` is why some is not measured again.

    An accusation that is not measured again stands.
    """
    changes = list(one.changes)
    notes = list(one.notes)
    for at, change in enumerate(changes):
        if change.verdict != "regression":
            continue
        if (found := again.get(change.metric)) is not None:
            changes[at] = found
            figures: dict[str, Figure] = {"metric": change.metric, "pairs": pairs, "verdict": found.verdict}
            notes.append(Reason("measured_again", figures))
        elif cut is not None:
            notes.append(cut.behind("not_measured_again", metric=change.metric))
    return replace(one, changes=tuple(changes), notes=tuple(dict.fromkeys(notes)))


def _doubt(change: Change) -> float:
    return 1.0 if change.p is None else change.p
