"""Removing old Runs from a ledger, but not those of its RetentionSet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import delete, func, select

from suite.errors import ConfigurationError
from suite.ledger.commit_order import CommitOrder
from suite.ledger.models import AcceptedRow, DetectionRow, DocumentRow, ResultRow
from suite.ledger.retention import RetentionSet
from suite.ledger.store import Ledger
from suite.ledger.timeline_reader import Timeline
from suite.records.run import Run
from suite.units import is_future

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Pruned:
    """What goes, of one workload: Runs and commits; and commits that stay because something changed there.

    `faint` are changes that may not be found again for all that.
    """

    workload: str
    runs: int
    commits: int
    kept: int
    faint: int


class _Stored(NamedTuple):
    id: str
    machine: str
    load: str
    counted: bool
    commit: str | None
    branch: str | None
    started: float

    @property
    def state(self) -> str:
        """Its commit; a Run without one is a state of the code of its own."""
        return self.commit or self.id


class Pruning:
    """Which Runs are to go: all that match every condition given, but those of a workload's newest commits.

    `keep` are newest commits of each workload (a Run without a commit is one of its own), `before` is in
    seconds since the epoch. Accepted commits stay, and so many around each change and drift that searching
    what is left shows it as before, with the commits in each of `orders`.
    """

    def __init__(
        self,
        ledger: Ledger,
        orders: Sequence[CommitOrder],
        *,
        keep: int | None = None,
        before: float | None = None,
        branch: str | None = None,
    ) -> None:
        self._ledger = ledger
        self._footing = RetentionSet(ledger, orders)
        self._keep = keep
        self._before = before
        self._branch = branch
        self.future = 0
        """Runs that began later than now, which are neither removed nor counted as the newest."""
        self._doomed: list[str] = []
        self._workloads: list[str] = []

    def planned(self) -> list[Pruned]:
        """What would go, by workload."""
        found: dict[str, list[_Stored]] = {}
        query = select(
            ResultRow.workload, ResultRow.id, ResultRow.machine, ResultRow.load, ResultRow.counted,
            ResultRow.commit, ResultRow.branch, ResultRow.started_at,
        ).where(ResultRow.kind == Run.KIND)  # fmt: skip
        with self._ledger.session() as session:
            for workload, *fields in session.execute(query):
                found.setdefault(workload, []).append(_Stored._make(fields))
        self._doomed, self._workloads = [], []
        planned = []
        self.future = 0
        for workload, stored in sorted(found.items()):
            runs = [run for run in stored if not is_future(run.started)]
            self.future += len(stored) - len(runs)
            doomed = self._matching(runs)
            if not doomed:
                continue
            staying, faint = self._staying(workload, stored, doomed)
            going = [run for run in doomed if (run.machine, run.load, run.commit) not in staying]
            gone = {run.id for run in going}
            kept = {run.commit for run in doomed if run.id not in gone}
            planned.append(
                Pruned(workload, len(going), len({run.commit for run in going} - {None}), len(kept), faint)
            )
            self._doomed += sorted(gone)
            self._workloads.append(workload)
        return planned

    def carry_out(self) -> int:
        """Remove what was planned, all or nothing; how many Runs went."""
        count = 0
        with self._ledger.session(writing=True) as session:
            for start in range(0, len(self._doomed), _AT_ONCE):
                some = self._doomed[start : start + _AT_ONCE]
                going = DocumentRow.kind == Run.KIND, DocumentRow.id.in_(some)
                count += session.scalar(select(func.count()).where(*going)) or 0
                session.execute(delete(DocumentRow).where(*going))
            # Found again when someone asks.
            session.execute(delete(DetectionRow).where(DetectionRow.workload.in_(self._workloads)))
            session.commit()
        return count

    def _matching(self, runs: Iterable[_Stored]) -> list[_Stored]:
        """Those of `runs` that match the conditions."""
        newest: dict[str, float] = {}
        for run in runs:
            newest[run.state] = max(run.started, newest.get(run.state, run.started))
        recent = set(sorted(newest, key=lambda state: newest[state], reverse=True)[: self._keep or 0])
        return [
            run
            for run in runs
            if run.state not in recent
            and (self._before is None or run.started < self._before)
            and (self._branch is None or run.branch == self._branch)
        ]

    def _staying(
        self, workload: str, runs: Iterable[_Stored], doomed: Iterable[_Stored]
    ) -> tuple[set[tuple[str, str, str | None]], int]:
        """Accepted commits and those that changes stand on, each with machine and load; how many changes are
        too faint for that.
        """
        query = select(AcceptedRow.commit).where(AcceptedRow.workload == workload)
        with self._ledger.session() as session:
            accepted = {*session.scalars(query)}
        lines: dict[tuple[str, str], list[_Stored]] = {}
        for run in runs:
            lines.setdefault((run.machine, run.load), []).append(run)
        going = {run.id for run in doomed}
        staying: set[tuple[str, str, str | None]] = set()
        faint = 0
        for (machine, load), some in lines.items():
            counted = [run for run in some if run.counted and run.commit]
            needed: set[str] = set()
            if any(run.id in going for run in counted):
                line = Timeline(workload, machine, load, len(counted), max(run.started for run in counted))
                left = {run.commit for run in counted if run.commit and run.id not in going}
                needed, lost = self._footing.of(line, left)
                faint += lost
            staying |= {(machine, load, commit) for commit in needed | accepted}
        return staying, faint


def orders(ledger: Ledger, *, without: str | None = None) -> list[CommitOrder]:
    """The orders of commits that `ledger` is read in: that of HEAD, of branches that someone asked for, and
    of the branch measured most, but for the branch `without`.
    """
    asked = select(DetectionRow.line).distinct()
    most = (
        select(ResultRow.branch)
        .where(ResultRow.branch.is_not(None))
        .group_by(ResultRow.branch)
        .order_by(func.count().desc(), ResultRow.branch)
        .limit(1)
    )
    with ledger.session() as session:
        branches = {name for line in session.scalars(asked) for name in line.split("/", 2)[2:]}
        names = branches | {*session.scalars(most)}
    found = [CommitOrder()]
    for name in sorted(name for name in names if name and name != without):
        try:
            order = CommitOrder(name)
        except ConfigurationError:  # a branch that is no more
            continue
        if all(order.tip != other.tip for other in found):
            found.append(order)
    return found
