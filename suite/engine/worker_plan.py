"""What a worker is told of the plan: its groups of users, and where the columns are."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from suite.contract.loop import Loop
from suite.engine.script import ScriptPlan
from suite.measure.column_file import ColumnFile

CONNECT = "connect"
"""Operation name under which connecting is recorded, outside the totals."""


class FilePlan(NamedTuple):
    """How a worker opens a ColumnFile that the coordinator holds: descriptor, segment's rows, planned."""

    descriptor: int
    rows: int
    planned: int | None

    @classmethod
    def of(cls, file: ColumnFile) -> FilePlan:
        """Of one that is held here."""
        return cls(file.descriptor, file.rows, file.planned)


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """One class of users in one worker, with columns of its own.

    `users` connect before the start, numbered from `first`; an open loop may add up to `limit` in all, a
    `live` plan any number while it runs. `rows` are planned in all (None: as many as there is time for),
    in `columns`; `due` of them have a time (open loop), the first `warm` are warm-up (counted closed
    loop). Row i of a segment runs the operation with code `choices[i % len(choices)]`. `marks` is the
    descriptor of its MarkFile, -1 where nobody reads marks. `script` says which logged requests the rows are,
    whose operations then stand in the columns; None without a log.
    """

    share: int
    users: int
    limit: int
    first: int
    rows: int | None
    due: int
    warm: int
    columns: FilePlan
    choices: array[int]
    live: bool
    marks: int
    script: ScriptPlan | None = None


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """All groups of one worker, columns for what its operations await in turn, and where it gets numbers
    for users: the descriptor of a Numbering with room for `most`. `news` is that of its NewsFile, `moments`
    of its MomentFile, -1 where nobody reads one. `loop` is the one that was planned where the workload's own
    does not say all of it; else None.
    """

    index: int
    groups: tuple[GroupPlan, ...]
    nested: FilePlan
    numbering: int
    most: int
    news: int
    moments: int
    seed: int
    loop: Loop | None = None


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
