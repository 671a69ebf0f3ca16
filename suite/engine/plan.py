"""Who does what in a round: a loop shared out over workers, and over the classes of users in each."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from suite.contract.component import Component
from suite.contract.loop import ClosedLoop, OpenLoop
from suite.contract.workload import Workload
from suite.engine import pacer
from suite.engine.numbering import Numbering
from suite.errors import ConfigurationError
from suite.measure.columns import Columns

CONNECT = "connect"
"""Operation name under which connecting is recorded, outside the totals."""

_MOST_USERS = 10_000
_SERVED_RATE, _COMPONENT_RATE = 400_000, 12_000_000
"""More operations a second than one worker can start: a bound for the rows of a timed loop. Rows that
are not used cost nothing."""

_CHOICES = 65_521
"""Random choices among operations are drawn this far and then repeat; a prime, so that they don't beat
with anything."""


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """One class of users in one worker, with columns of its own.

    `users` connect before the start, numbered from `first`; an open loop may add up to `limit` in all.
    `rows` is the capacity of the columns that the coordinator holds under `columns`; `due` rows are
    planned (open loop), the first `warm` rows are warm-up (counted closed loop). Row i runs the
    operation with code `choices[i % len(choices)]`.
    """

    share: int
    users: int
    limit: int
    first: int
    rows: int
    due: int
    warm: int
    columns: int
    choices: array[int]


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """All groups of one worker, columns for what its operations await in turn, and where it gets numbers
    for users: the descriptor of a Numbering with room for `most`.
    """

    index: int
    groups: tuple[GroupPlan, ...]
    nested: int
    nested_rows: int
    numbering: int
    most: int
    seed: int


class RoundPlan:
    """The plans of all workers with their columns, which live as long as this object."""

    def __init__(self, workload: Workload, workers: int, seed: int) -> None:
        self.names = (*workload.operation_names(), CONNECT)
        self.columns: list[Columns] = []
        self.by_loop: list[bool] = []
        self.due: list[int] = []
        self._relative: list[tuple[Columns, npt.NDArray[np.int64]]] = []
        self._workload = workload
        self._random = np.random.default_rng(seed)
        self._shares = workload.shares()
        weights = [share.weight for share in self._shares]
        loop = workload.loop
        starts = pacer.plan(loop, seed) if isinstance(loop, OpenLoop) else np.empty(0)
        if isinstance(loop, OpenLoop) and not len(starts):
            raise ConfigurationError(f"{workload.name}: the open loop plans no operation at all")
        room = workload.most_users() or _MOST_USERS * len(weights) * workers
        users = loop.users or min(room, _first_users(loop, len(weights) * workers))
        if users < len(weights) * workers:
            raise ConfigurationError(
                f"{workload.name}: {users} users can't be shared over {len(weights)} classes "
                f"and {workers} workers; give at least {len(weights) * workers}"
            )
        # Which class of users and which worker a planned start goes to.
        group_of = self._random.choice(len(weights), len(starts), p=np.array(weights) / sum(weights))
        first = 0
        most = users if loop.users is not None else room
        self.numbering = Numbering.create(users, most)
        plans: list[WorkerPlan] = []
        for index, worker_users in enumerate(split(users, [1.0] * workers)):
            groups: list[GroupPlan] = []
            for share, group_users in enumerate(split(worker_users, weights)):
                mine = starts[index::workers][group_of[index::workers] == share]
                groups.append(self._group(share, group_users, first, mine, users))
                first += group_users
            nested_rows = self._nested_rows(groups)
            nested = self._add(nested_rows, by_loop=False, due=0)
            numbering = self.numbering.descriptor
            plans.append(
                WorkerPlan(
                    index, tuple(groups), nested.descriptor, nested_rows, numbering, most, seed + index
                )
            )
        self.workers = tuple(plans)

    @property
    def group_columns(self) -> list[Columns]:
        """The columns of what the loop starts, all workers."""
        return [part for part, flag in zip(self.columns, self.by_loop, strict=True) if flag]

    def begin_at(self, start: int) -> None:
        """Turn planned starts into absolute monotonic nanoseconds, from `start` on."""
        for columns, relative in self._relative:
            np.frombuffer(columns.intended, np.int64, len(relative))[:] = relative + start

    def name_operations(self) -> None:
        """Fill in which operation each row ran; workers need not store what the plan knows."""
        groups = [group for worker in self.workers for group in worker.groups]
        for columns, group in zip(self.group_columns, groups, strict=True):
            used = group.due or columns.used()
            choices = np.frombuffer(group.choices, np.uint16)
            np.frombuffer(columns.operation, np.uint16, used)[:] = np.resize(choices, used)

    def close(self) -> None:
        """Give the columns back."""
        self._relative.clear()
        self.numbering.close()
        for columns in self.columns:
            columns.close()

    def _group(self, share: int, users: int, first: int, starts: pacer.Starts, all_users: int) -> GroupPlan:
        loop = self._workload.loop
        operations = self._shares[share].operations
        due = warm = 0
        if isinstance(loop, OpenLoop):
            rows = due = len(starts)
            limit = users if loop.users is not None else _MOST_USERS
        else:
            limit = users
            if loop.each is not None:
                warm = math.ceil(loop.warmup) * users
                rows = warm + loop.each * users
            elif loop.operations is not None:
                part = users / all_users
                warm = math.ceil(loop.warmup * part)
                rows = warm + max(1, round(loop.operations * part))
            else:
                component = isinstance(self._workload.system, Component)
                rate = _COMPONENT_RATE if component else _SERVED_RATE
                rows = math.ceil(rate * ((loop.seconds or 0.0) + loop.warmup))
        columns = self._add(rows, by_loop=True, due=due)
        if due:
            self._relative.append((columns, np.round(starts * 1e9).astype(np.int64)))
        choices = [self.names.index(o.name) for o in operations]
        if len(choices) > 1:
            weights = np.array([o.weight for o in operations])
            drawn = self._random.choice(choices, min(rows, _CHOICES), p=weights / weights.sum())
            choices = drawn.tolist()
        return GroupPlan(
            share, users, limit, first, rows, due, warm, columns.descriptor, array("H", choices or [0])
        )

    def _nested_rows(self, groups: Sequence[GroupPlan]) -> int:
        """Room for every connect and, of what operations await, for more than is likely: rows that are
        not used cost nothing."""
        rows = sum(group.limit * 4 for group in groups)
        for group in groups:
            user = list(self._workload.users)[group.share]
            if len(user.operations()) > 1:
                rows += max(1_000_000, group.rows * (len(user.operations()) - 1) * 4)
        return min(rows, 50_000_000)

    def _add(self, rows: int, *, by_loop: bool, due: int) -> Columns:
        columns = Columns.create(rows)
        self.columns.append(columns)
        self.by_loop.append(by_loop)
        self.due.append(due)
        return columns


def split(total: int, weights: Sequence[float]) -> list[int]:
    """`total` in whole parts by weight, largest remainders first, none empty while total allows."""
    scale = total / sum(weights)
    parts = [math.floor(weight * scale) for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: parts[i] - weights[i] * scale)
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    while 0 in parts and total >= len(parts):
        parts[parts.index(max(parts))] -= 1
        parts[parts.index(0)] += 1
    return parts


def _first_users(loop: ClosedLoop | OpenLoop, least: int) -> int:
    """Users connected before an open loop starts; more are added when they are needed."""
    assert isinstance(loop, OpenLoop)
    together = loop.burst if loop.arrivals == "burst" else 1
    return max(least, together, min(32, math.ceil(loop.rate / 20)))
