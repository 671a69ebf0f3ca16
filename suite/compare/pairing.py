"""Two sides brought together: of each workload the Runs that may be compared, and why others may not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from suite.compare.baseline import baseline
from suite.compare.likeness import instrumented, likeness, one_plan
from suite.compare.reference_distribution import ENOUGH
from suite.compare.revision import Revision, RevisionResolver, clean
from suite.records.reason import Reason
from suite.records.run import Run


@dataclass(frozen=True, slots=True)
class PairedRuns:
    """Runs of one workload; `refused` says why none of base may be compared with head."""

    workload: str
    base: tuple[Run, ...]
    head: tuple[Run, ...]
    notes: tuple[Reason, ...] = ()
    refused: tuple[Reason, ...] = ()


def paired(
    base: Revision,
    head: Revision,
    workloads: Sequence[str],
    finder: RevisionResolver,
    *,
    anywhere: bool = False,
) -> tuple[list[PairedRuns], list[Reason]]:
    """A pair for each of `workloads` that both sides have, and a reason for each that one side lacks."""
    line = finder.commits.line(base.commit) if base.commit is not None else []
    # Head's own Runs are nobody's neighbours, unless it is compared with itself.
    line = [sha for sha in line if sha != head.commit or base.commit == head.commit]
    found = [_pair(name, base, head, line, finder, anywhere) for name in workloads]
    return [one for one in found if isinstance(one, PairedRuns)], [
        one for one in found if isinstance(one, Reason)
    ]


def _pair(
    name: str, base: Revision, head: Revision, line: Sequence[str], finder: RevisionResolver, anywhere: bool
) -> PairedRuns | Reason:
    """One workload's; `line` is base's commit and those before it, empty if base is just its Runs."""
    if name not in head.counts:
        return Reason("no_runs", {"workload": name, "side": "head"})
    twins = head.commit is not None and head.commit == base.commit
    loaded = head.load(name)
    heads = tuple(run for run in loaded if not [*instrumented("head", run)])[: 1 if twins else None]
    if not heads:
        return PairedRuns(name, (), loaded, refused=tuple(instrumented("head", loaded[0])))
    heads = tuple(run for run in heads if _fits(run, heads[0], anywhere))
    taken = {run.id for run in heads}
    if line:
        near = baseline(finder.ledger, heads[0], line, anywhere=anywhere).runs
        near = tuple(run for run in near if run.id not in taken)
        runs = clean(near) or near
    else:
        there = base.load(name) if name in base.counts else ()
        runs = tuple(run for run in there if run.id not in taken and _fits(run, heads[0], anywhere))
    if runs:
        own = sum(run.commit == base.commit for run in runs) if line else len(runs)
        notes = list(_neighbours(base, own, runs, finder))
        if not twins:
            notes += [*_left_out("base", base, name, own), *_left_out("head", head, name, len(heads))]
        return PairedRuns(name, runs, heads, tuple(notes))
    if name not in base.counts:
        return Reason("no_runs", {"workload": name, "side": "base"})
    for run in base.load(name):
        if run.id not in taken:
            return PairedRuns(name, (), heads, refused=tuple(_refusals(run, heads[0], anywhere)))
    return Reason("same_run", {"workload": name})


def _fits(run: Run, head: Run, anywhere: bool) -> bool:
    differences = likeness(run, head)
    return not differences.never and (anywhere or (differences.alike and one_plan(run, head)))


def _refusals(base: Run, head: Run, anywhere: bool) -> Iterator[Reason]:
    """What stands against a Run of base that was left out; with `passes` what could be let pass."""
    found = likeness(base, head)
    yield from found.never
    if found.never:
        return
    lines = found.refused
    if not lines and not one_plan(base, head):
        lines = likeness(*(replace(run, environment={}, dirty=False) for run in (base, head))).notes
    if anywhere or not lines:
        yield Reason("none_valid", {"side": "base"})
    for line in () if anywhere else lines:
        yield line.about(passes="anywhere")


def _left_out(word: str, side: Revision, name: str, kept: int) -> Iterator[Reason]:
    others = side.counts.get(name, 0) - kept
    if others > 0:
        yield Reason("left_out", {"side": word, "runs": others})


def _neighbours(base: Revision, own: int, runs: Sequence[Run], finder: RevisionResolver) -> Iterator[Reason]:
    """Whose runs stand in for the base's own, and why there may be more that nobody knows of."""
    if base.commit is None:
        return
    if own < len(runs):
        yield Reason("neighbours", {"commit": base.commit, "own": own, "others": len(runs) - own})
    if len(runs) < ENOUGH:
        commits = finder.commits
        if commits.fault is not None:
            yield Reason("neighbours_unknown", {"fault": commits.fault})
        elif commits.shallow:
            yield Reason("shallow_clone")
