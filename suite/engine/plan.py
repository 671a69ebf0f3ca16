"""Who does what in a round: a loop shared out over workers, and over the classes of users in each."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
import numpy.typing as npt

from suite.contract.loop import OpenLoop
from suite.contract.replay import Replay
from suite.contract.workload import Workload
from suite.engine import pacer
from suite.engine.loop_share import counted_rows, first_users
from suite.engine.numbering import Numbering
from suite.engine.planned_room import check_parties, check_room
from suite.engine.replaying import ReplayedRows, operation_codes, replayed_rows
from suite.engine.script import Script, ScriptPlan
from suite.engine.worker_plan import CONNECT, FilePlan, GroupPlan, WorkerPlan, split
from suite.errors import ConfigurationError
from suite.measure.column_file import ColumnFile
from suite.measure.column_recording import ColumnRecording
from suite.measure.columns import ROW_BYTES
from suite.measure.ended_rows import RowCounter
from suite.measure.mark_file import MarkFile
from suite.measure.moment_file import MomentFile
from suite.measure.news_file import NewsFile
from suite.measure.recording import from_files, name_operations
from suite.records.held_round import HeldColumns, HeldRound

_MOST_USERS = 10_000
_CHOICES = 65_521
"""Random choices among operations are drawn this far and then repeat; a prime, so that they don't beat
with anything."""


class RoundPlan:
    """The plans of all workers with their columns, which live as long as this object.

    A `live` plan has no end of its own, and no users at first.
    """

    def __init__(self, workload: Workload, workers: int, seed: int, *, live: bool = False) -> None:
        self.names = (*workload.operation_names(), CONNECT)
        self.files: list[ColumnFile] = []
        self.marks: list[MarkFile | None] = []
        """A file of marks for each of `files`; None for one that has none."""
        self.stamped = ColumnFile.create()
        """For what the workload collects."""
        self.news: list[NewsFile] = []
        """One of each worker."""
        # Of a round without an end nobody asks when: it would only fill memory.
        timed = not live and (workload.faults or workload.retry)
        self.moments = [MomentFile.create() for _ in range(workers if timed else 0)]
        """One of each worker, where it may be asked when operations failed."""
        self.only = ""
        """The operation that is run in place of the mix, if one is."""
        self.by_loop: list[bool] = []
        self.due: list[int] = []
        self._measured = 0
        """Planned starts after the warm-up."""
        self._workload = workload
        self._live = live
        self._random = np.random.default_rng(seed)
        self._shares = workload.shares()
        weights = [share.weight for share in self._shares]
        loop = workload.loop
        check_parties(workload.name, loop, workers)
        if not live:
            check_room(workload.name, loop)
        self._replayed = None if live else _replayed(workload)
        self.scripts: list[Script] = []
        """One of each group, in a replay."""
        if self._replayed is not None:
            starts = self._replayed.starts
        else:
            starts = pacer.plan(loop, seed) if isinstance(loop, OpenLoop) and not live else np.empty(0)
        room = workload.most_users() or _MOST_USERS * len(weights) * workers
        users = loop.users or min(room, first_users(loop, len(weights) * workers))
        if users < len(weights) * workers:
            raise ConfigurationError(
                f"{workload.name}: {users} users can't be shared over {len(weights)} classes "
                f"and {workers} workers; give at least {len(weights) * workers}"
            )
        # Which class of users and which worker a planned start goes to.
        group_of = self._random.choice(len(weights), len(starts), p=np.array(weights) / sum(weights))
        worker_of: npt.NDArray[Any] = np.arange(len(starts)) % workers
        if self._replayed is not None:
            worker_of = self._replayed.session % workers  # a session is one user's
        first = 0
        most = users if loop.users is not None and not live else room
        self.numbering = Numbering.create(0 if live else users, most)
        plans: list[WorkerPlan] = []
        for index, worker_users in enumerate(split(users, [1.0] * workers)):
            groups: list[GroupPlan] = []
            for share, group_users in enumerate(split(worker_users, weights)):
                group_users = 0 if live else group_users
                mine = np.flatnonzero((worker_of == index) & (group_of == share))
                groups.append(self._group(share, group_users, first, starts[mine], users, mine))
                first += group_users
            nested = self._add(None, by_loop=False, due=0)
            numbering = self.numbering.descriptor
            self.news.append(NewsFile.create())
            news = self.news[-1].descriptor
            moments = self.moments[index].descriptor if self.moments else -1
            told = loop if self._replayed is not None else None
            plans.append(
                WorkerPlan(index, tuple(groups), nested, numbering, most, news, moments, seed + index, told)
            )
        self.workers = tuple(plans)

    @property
    def group_files(self) -> list[ColumnFile]:
        """The columns of what the loop starts, all workers."""
        return [file for file, flag in zip(self.files, self.by_loop, strict=True) if flag]

    @property
    def groups(self) -> list[GroupPlan]:
        """Whose they are."""
        return [group for worker in self.workers for group in worker.groups]

    def used(self) -> int:
        """Operations that the loop has started."""
        return sum(file.used() for file in self.group_files)

    def begin_at(self, start: int) -> None:
        """Turn planned starts into absolute monotonic nanoseconds, from `start` on; once."""
        for file, due in zip(self.files, self.due, strict=True):
            for columns, rows in file.parts(due) if due else ():
                intended = np.frombuffer(columns.intended, np.int64, rows)
                intended += start

    def measured_rows(self) -> int | None:
        """Operations that the plan has beside the warm-up; None in a timed closed loop."""
        loop = self._workload.loop
        if isinstance(loop, OpenLoop):
            return self._measured
        if loop.total is None:
            return None
        return sum((group.rows or 0) - group.warm for group in self.groups)

    def counters(self, start: int) -> list[RowCounter]:
        """What counts the operations of each group while load runs, from `start` on."""
        loop = self._workload.loop
        drops = isinstance(loop, OpenLoop) and loop.busy == "drop"
        return [
            RowCounter(
                file,
                group.choices,
                start,
                planned=isinstance(loop, OpenLoop),
                warm=group.warm,
                warmup=round(loop.warmup * 1e9) if isinstance(loop, OpenLoop) else 0,
                patience=round((self._workload.timeout + 1.0) * 1e9) if drops else None,
            )
            for file, group in zip(self.group_files, self.groups, strict=True)
        ]

    def name_operations(self) -> None:
        """Fill in which operation each row ran; workers need not store what the plan knows."""
        if self._replayed is not None:
            return  # it stands there from the beginning
        only = np.array([self.names.index(self.only)] if self.only else [], np.uint16)
        for file, group in zip(self.group_files, self.groups, strict=True):
            name_operations(file, only if self.only else np.frombuffer(group.choices, np.uint16), group.due)

    def held(self, index: int) -> HeldRound:
        """What whoever has the columns must know to make a Round of them."""
        loop, groups = self._workload.loop, iter(self.groups)
        columns = [
            HeldColumns(file.rows, file.planned, False)
            if not by_loop
            else _held(file, next(groups), marks is not None)
            for file, by_loop, marks in zip(self.files, self.by_loop, self.marks, strict=True)
        ]
        return HeldRound(
            index,
            loop.kind,
            loop.warmup,
            loop.seconds,
            self.names,
            tuple(columns),
            self._workload.good,
            ROW_BYTES,
        )

    def files_of(self, worker: int) -> list[ColumnFile]:
        """The columns of what the loop starts in a worker."""
        owners = [index for index, one in enumerate(self.workers) for _ in one.groups]
        return [file for file, owner in zip(self.group_files, owners, strict=True) if owner == worker]

    def descriptors(self) -> dict[str, int]:
        """All that is recorded, by the name of a file."""
        marks = {f"marks-{i}": one.descriptor for i, one in enumerate(self.marks) if one is not None}
        news = {f"news-{i}": one.descriptor for i, one in enumerate(self.news)}
        return {**{f"columns-{i}": file.descriptor for i, file in enumerate(self.files)}, **marks, **news}

    def recording(self, begin: int, end: int) -> ColumnRecording:
        """What was recorded, measured from `begin` to `end`, for as long as the plan lives."""
        return from_files(
            self.files,
            self.names,
            by_loop=self.by_loop,
            planned=self.due,
            begin=begin,
            end=end,
            marks=self.marks,
        )

    def close(self) -> None:
        """Give the columns back."""
        for script in self.scripts:
            script.close()
        self.numbering.close()
        for file in (*self.files, self.stamped):
            file.close()
        for numbers in (*filter(None, self.marks), *self.moments):
            numbers.close()
        for news in self.news:
            news.close()

    def _group(
        self,
        share: int,
        users: int,
        first: int,
        starts: pacer.Starts,
        all_users: int,
        mine: npt.NDArray[np.intp],
    ) -> GroupPlan:
        loop = self._workload.loop
        rows: int | None = None
        due = warm = 0
        limit = users
        if self._live:
            limit = 0
        elif isinstance(loop, OpenLoop):
            rows = due = len(starts)
            limit = users if loop.users is not None else _MOST_USERS
        else:
            rows, warm = counted_rows(loop, users, all_users)
        columns = self._add(rows, by_loop=True, due=due)
        if due:
            relative = np.round(starts * 1e9).astype(np.int64)
            self._measured += int(np.count_nonzero(relative >= round(loop.warmup * 1e9)))
            _write(self.files[-1], "intended", relative)
        choices = array("H", self._choices(share, _CHOICES if rows is None else min(rows, _CHOICES)) or [0])
        marks = self.marks[-1]
        descriptor = -1 if marks is None else marks.descriptor
        script = None if self._replayed is None else self._script(self._replayed, mine)
        return GroupPlan(
            share, users, limit, first, rows, due, warm, columns, choices, self._live, descriptor, script
        )

    def _script(self, replayed: ReplayedRows, mine: npt.NDArray[np.intp]) -> ScriptPlan:
        """Which requests these rows of the log are, for the worker that runs them."""
        codes = operation_codes(self._workload, self.names)[replayed.operation[mine]]
        if len(mine):
            _write(self.files[-1], "operation", codes)
        columns = {name: getattr(replayed, name)[mine] for name in ("at", "session", "status", "last")}
        self.scripts.append(Script.create(replayed.requests.file.fileno(), **columns))
        return self.scripts[-1].plan

    def _choices(self, share: int, rows: int) -> list[int]:
        """Codes of operations, `rows` of them by weight, or the one that there is."""
        operations = self._shares[share].operations
        codes = [self.names.index(o.name) for o in operations]
        if len(codes) < 2:
            return codes
        weights = np.array([o.weight for o in operations])
        drawn: list[int] = self._random.choice(codes, rows, p=weights / weights.sum()).tolist()
        return drawn

    def _add(self, rows: int | None, *, by_loop: bool, due: int) -> FilePlan:
        file = ColumnFile.create(rows)
        self.files.append(file)
        self.by_loop.append(by_loop)
        # A live round takes rows while they end, and nobody the marks.
        self.marks.append(MarkFile.create() if by_loop and not self._live else None)
        self.due.append(due)
        return FilePlan.of(file)


def _write(file: ColumnFile, name: str, values: npt.NDArray[Any]) -> None:
    """Fill the first rows of a column."""
    for position, (columns, rows) in enumerate(file.parts(len(values))):
        np.frombuffer(getattr(columns, name), values.dtype)[:rows] = values[position * file.rows :][:rows]


def _held(file: ColumnFile, group: GroupPlan, marks: bool) -> HeldColumns:
    choices = HeldColumns.coded(group.choices.tobytes()) if group.script is None else ""
    return HeldColumns(file.rows, file.planned, True, group.due, group.warm, choices, marks)


def _replayed(workload: Workload) -> ReplayedRows | None:
    loop = workload.loop
    return replayed_rows(loop) if isinstance(loop, OpenLoop) and isinstance(loop.arrivals, Replay) else None
