"""Removing old Runs from a ledger, but not those that its change points stand on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from suite.history.models import AcceptedRow, DetectionRow, RunRow
from suite.history.store import Ledger

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Pruned:
    """What goes, of one workload: Runs and commits; and commits that stay because something changed there."""

    workload: str
    runs: int
    commits: int
    kept: int


class Pruning:
    """Which Runs are to go: all that match every condition given, but those of a workload's newest commits.

    `keep` are newest commits of each workload (a Run without a commit is one of its own), `before` is in
    seconds since the epoch. Commits around changes and those that were accepted stay.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        keep: int | None = None,
        before: float | None = None,
        branch: str | None = None,
    ) -> None:
        self._ledger = ledger
        self._keep = keep
        self._before = before
        self._branch = branch
        self._doomed: list[str] = []

    def planned(self) -> list[Pruned]:
        """What would go, by workload."""
        found: dict[str, list[tuple[str, str | None, str | None, float]]] = {}
        query = select(RunRow.id, RunRow.workload, RunRow.commit, RunRow.branch, RunRow.started_at)
        with self._ledger.session() as session:
            for name, workload, commit, branch, started in session.execute(query):
                found.setdefault(workload, []).append((name, commit, branch, started))
        protected = self._protected()
        self._doomed = []
        planned = []
        for workload, runs in sorted(found.items()):
            newest: dict[str, float] = {}
            for name, commit, _, started in runs:
                newest[commit or name] = max(started, newest.get(commit or name, started))
            ordered = sorted(newest, key=lambda key: newest[key], reverse=True)
            recent = set(ordered[: self._keep or 0])
            doomed = [
                (name, commit)
                for name, commit, branch, started in runs
                if (commit or name) not in recent
                and (self._before is None or started < self._before)
                and (self._branch is None or branch == self._branch)
            ]
            staying = protected.get(workload, set())
            going = [(name, commit) for name, commit in doomed if commit not in staying]
            self._doomed += [name for name, _ in going]
            kept = {commit for _, commit in doomed if commit in staying}
            if doomed:
                planned.append(
                    Pruned(workload, len(going), len({commit for _, commit in going if commit}), len(kept))
                )
        return planned

    def carry_out(self) -> int:
        """Remove what was planned, all or nothing; how many Runs went."""
        count = 0
        with self._ledger.session(writing=True) as session:
            for start in range(0, len(self._doomed), _AT_ONCE):
                some = self._doomed[start : start + _AT_ONCE]
                count += session.scalar(select(func.count()).where(RunRow.id.in_(some))) or 0
                session.execute(delete(RunRow).where(RunRow.id.in_(some)))
            session.execute(delete(DetectionRow))  # found again when someone asks
            session.commit()
        return count

    def _protected(self) -> dict[str, Collection[str]]:
        """By workload: commits of changes and around them, and accepted ones."""
        found: dict[str, set[str]] = {}
        with self._ledger.session() as session:
            for workload, places in session.execute(select(DetectionRow.workload, DetectionRow.places)):
                for place in places:
                    found.setdefault(workload, set()).update((place["commit"], place["good"], place["bad"]))
            for workload, commit in session.execute(select(AcceptedRow.workload, AcceptedRow.commit)):
                found.setdefault(workload, set()).add(commit)
        return {workload: frozenset(commits) for workload, commits in found.items()}
