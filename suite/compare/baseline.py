"""What a stored Run is judged against: earlier Runs of one commit or its neighbours, and their spread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from suite.compare.likeness import likeness, one_plan
from suite.compare.reference_distribution import ENOUGH
from suite.ledger.entry import Entry
from suite.ledger.store import Ledger
from suite.records.run import Run
from suite.units import seconds_since_epoch

_MOST = 30


@dataclass(frozen=True, slots=True)
class Baseline:
    """Runs to compare with, and the commits that they are of; none if these were not chosen by commit."""

    runs: tuple[Run, ...]
    commits: tuple[str, ...] = ()


def baseline(ledger: Ledger, head: Run, commits: Sequence[str] = (), *, anywhere: bool = False) -> Baseline:
    """Stored Runs like `head`: of the first of `commits`, then of its neighbours until they are enough.

    `commits` come nearest first; without any it is the newest Runs that are older than `head` and of
    another state of the code. Left out are `head` itself, invalid Runs, and such as ran on other hardware
    or to another plan (`anywhere` lets those in). At most 30.
    """
    found: list[Run] = []
    used: list[str] = []
    for commit in commits or (None,):
        new = list(_like(ledger, head, commit, _MOST - len(found), anywhere))
        if new:
            found += new
            used += [commit] if commit else []
        if len(found) >= ENOUGH:
            break
    return Baseline(tuple(found), tuple(used))


def _like(ledger: Ledger, head: Run, commit: str | None, most: int, anywhere: bool) -> Iterator[Run]:
    count = 0
    for entry in ledger.runs(head.workload, commit, limit=None if commit else 4 * _MOST):
        if count == most:
            return
        if entry.id == head.id or not _believed(entry) or (commit is None and not _older(entry, head)):
            continue
        run = ledger.run(entry.id)
        differences = likeness(run, head)
        if differences.never or not (anywhere or (differences.alike and one_plan(run, head))):
            continue
        if commit is not None or not _one_state(run, head):
            count += 1
            yield run


def _believed(entry: Entry) -> bool:
    return entry.validity != "invalid" and entry.verdict in ("pass", "fail")


def _older(entry: Entry, head: Run) -> bool:
    return seconds_since_epoch(entry.started) < seconds_since_epoch(head.started)


def _one_state(run: Run, head: Run) -> bool:
    """Whether both are certainly of one state of the code; with changes not committed nobody knows."""
    dirty = run.dirty or head.dirty
    return head.commit is not None and run.commit == head.commit and not dirty


def interleaved(base: Sequence[Run], head: Sequence[Run]) -> bool:
    """Whether the two sides took turns, so that what befell the machine befell both.

    Ordered by their start, the side changes at least as often as the smaller side has Runs.
    """
    starts = [
        (seconds_since_epoch(run.started), side) for side, runs in enumerate((base, head)) for run in runs
    ]
    turns = int(np.count_nonzero(np.diff([side for _, side in sorted(starts)])))
    return turns >= min(len(base), len(head))
