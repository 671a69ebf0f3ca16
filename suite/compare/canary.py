"""What canaries say of the machine: where it shifted itself, no commit is called slower or faster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from suite.compare.compare import compare
from suite.compare.minimum import Overrides
from suite.compare.pairing import PairedRuns
from suite.compare.sequential import LOOKS, Decision, Standing, judge_runs
from suite.records.comparison import Comparison
from suite.records.reason import Reason
from suite.records.run import Run

CPU, FSYNC, LOOPBACK = "canary/cpu", "canary/fsync", "canary/loopback"
MINIMUMS: Overrides = MappingProxyType({CPU: "5%", FSYNC: "30%", LOOPBACK: "20%"})
"""What counts as a shift of the machine; disks vary most by themselves."""


def machine_shifts(pairs: Sequence[tuple[Run, Run]]) -> dict[str, float]:
    """By how much, as a share, each canary differs that does so as a metric would have to."""
    names = [name for name in MINIMUMS if all(name in run.metrics for pair in pairs for run in pair)]
    if not names or not pairs:
        return {}
    standing, _ = judge_runs(pairs, names, minimums=MINIMUMS)
    return {
        change.metric: change.shift.estimate
        for change in standing.changes
        if change.verdict in ("regression", "improvement") and change.shift is not None
    }


def vetoed(standing: Standing, found: Comparison, shifts: Mapping[str, float]) -> tuple[Standing, Comparison]:
    """The same, but for verdicts on change: with `shifts` of the machine they are inconclusive.

    Unless it was the last look the turns go on: what befell the machine may even out.
    """
    if not shifts:
        return standing, found
    found = doubted(replace(found, changes=standing.changes), shifts)
    if found.changes == standing.changes:
        return standing, found
    decision: Decision = "inconclusive" if standing.looked == LOOKS[-1] else "go on"
    return Standing(standing.looked, decision, found.changes), found


def doubted(found: Comparison, shifts: Mapping[str, float]) -> Comparison:
    """The same with no verdict on change: with `shifts` of the machine nobody knows whose it is."""
    why = Reason("machine_shifted", shifts)
    changes = tuple(
        replace(one, verdict="inconclusive", reason=why)
        if one.verdict in ("regression", "improvement")
        else one
        for one in found.changes
    )
    return replace(found, changes=changes, notes=(*found.notes, why))


def stored_shift(canary: PairedRuns) -> Iterator[tuple[str, float]]:
    """By the canary, how far the machine itself lies from base, as a share, if it surely does."""
    if canary.refused:
        return
    minimums = {"response.p50": MINIMUMS[canary.workload]}
    for change in compare(canary.base, canary.head, metrics=list(minimums), minimums=minimums).changes:
        if change.verdict in ("regression", "improvement") and change.shift is not None:
            yield canary.workload, change.shift.estimate
