"""Two sides brought together: of each workload the Runs that may be compared, and why others may not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from suite.history.baseline import ENOUGH, baseline
from suite.history.likeness import likeness, one_plan
from suite.run import Run
from suite.sides import Finder, Side, is_dirty


@dataclass(frozen=True, slots=True)
class Pair:
    """Runs of one workload; `refused` says why none of base may be compared with head, line by line."""

    workload: str
    base: tuple[Run, ...]
    head: tuple[Run, ...]
    notes: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def paired(
    base: Side, head: Side, workloads: Sequence[str], finder: Finder, *, anywhere: bool = False
) -> tuple[list[Pair], list[str]]:
    """A Pair for each of `workloads` that both sides have, and a line for each that one side lacks."""
    line = finder.commits.line(base.commit) if base.commit is not None else []
    twins = base.commit is not None and base.commit == head.commit
    # Head's own Runs are nobody's neighbours, unless it is compared with itself.
    line = [sha for sha in line if sha != head.commit or twins]
    pairs: list[Pair] = []
    lines: list[str] = []
    for name in workloads:
        if name not in head.runs:
            lines.append(f"{name}: no runs in head")
            continue
        heads = head.runs[name][:1] if twins else head.runs[name]
        alike = tuple(run for run in heads if _fits(run, heads[0], anywhere))
        given = tuple(run for run in base.runs.get(name, ()) if run.id not in {one.id for one in alike})
        runs = _likely(given, alike[0], line, finder, anywhere)
        runs = tuple(run for run in runs if run.id not in {one.id for one in alike})
        if not runs and not given:
            lines.append(f"{name}: no other runs in base" if twins else f"{name}: no runs in base")
            continue
        notes = [*_notes(name, base, head, runs, finder)]
        for side, all_of_it, kept in (("head", heads, alike), ("base", given, runs)):
            others = sum(run.id not in {one.id for one in kept} for run in all_of_it)
            if others and kept:
                notes.append(f"{side}: {_runs(others)} left out: another machine or plan, or not valid")
        refused = () if runs else tuple(_refusals(given[0], alike[0], anywhere))
        pairs.append(Pair(name, runs, alike, tuple(notes), refused))
    return pairs, lines


def _likely(
    given: tuple[Run, ...], head: Run, line: Sequence[str], finder: Finder, anywhere: bool
) -> tuple[Run, ...]:
    """Those that fit `head`; with a `line` of commits, what the ledger has of them until it is enough."""
    if not line:
        return tuple(run for run in given if _fits(run, head, anywhere))
    found = baseline(finder.ledger, head, line, anywhere=anywhere).runs
    return tuple(run for run in found if not is_dirty(run)) or found


def _fits(run: Run, head: Run, anywhere: bool) -> bool:
    differences = likeness(run, head)
    return not differences.never and (anywhere or (differences.alike and one_plan(run, head)))


def _refusals(base: Run, head: Run, anywhere: bool) -> Iterator[str]:
    """What stands against a Run of base that was left out, and what would let it pass."""
    found = likeness(base, head)
    yield from found.never
    if found.never:
        return
    lines = found.refused
    if not lines and not one_plan(base, head):
        lines = likeness(replace(base, environment={}), replace(head, environment={})).notes
    if anywhere or not lines:
        yield "no run of base is valid"
    for line in () if anywhere else lines:
        yield f"{line}; --anywhere compares them all the same"


def _notes(name: str, base: Side, head: Side, runs: Sequence[Run], finder: Finder) -> Iterator[str]:
    for word, side in (("base", base), ("head", head)):
        if name in side.dropped:
            yield f"{word}: runs of code with changes left out"
    if base.commit is None:
        return
    own = sum(run.commit == base.commit for run in runs)
    if own < len(runs):
        yield f"base: {_runs(own)} of {base.commit[:12]} and {len(runs) - own} of its neighbours"
    if len(runs) < ENOUGH:
        commits = finder.commits
        if commits.fault is not None:
            yield f"neighbours of base are not known: {commits.fault}"
        elif commits.shallow:
            yield "neighbours of base may be missing in this shallow clone; git fetch --unshallow"


def _runs(count: int) -> str:
    return f"{count} run" if count == 1 else f"{count} runs"
