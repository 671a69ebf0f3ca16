"""Raw columns of one round as arrays: what checks, metrics and statistics read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from suite.records.marks import Marks
from suite.records.outcome import OUTCOMES, Outcome

Times = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
KINDS: Mapping[str, type[Any]] = {
    "operation": np.uint16, "outcome": np.uint8, "intended": np.int64, "dispatched": np.int64,
    "started": np.int64, "finished": np.int64, "by_loop": np.bool_,
}  # fmt: skip
"""The columns."""
PIECE = 1 << 14
"""Rows that are looked at together: what is made of them stays in the cache, and in the end is gone."""


@dataclass(frozen=True)
class Recording:
    """One row per operation. Times are monotonic nanoseconds, 0 for "did not happen".

    `names[operation[i]]` is the operation's name, `outcome[i]` an `Outcome`, `by_loop[i]` whether the
    loop started it (else it was nested in another, a connect, or stamped elsewhere). `begin` and `end`
    bound the measured part; rows due before `begin` are warm-up. `prepared` is what the workload's
    `prepare` returned. `marks` are what came in the middle of operations, if anything did.

    Of a round that is examined rows stay where they were written: selections and counts look at them piece
    by piece, and a column is copied when it is asked for.
    """

    names: tuple[str, ...]
    operation: npt.NDArray[np.uint16]
    outcome: npt.NDArray[np.uint8]
    intended: Times
    dispatched: Times
    started: Times
    finished: Times
    by_loop: npt.NDArray[np.bool_]
    begin: int = 0
    end: int = 0
    prepared: Any = None
    marks: Marks | None = None
    until: Callable[[], int] | None = field(default=None, compare=False, repr=False)
    """When whoever made these rows stopped looking; None: at `end`, or when the last of them ended."""

    def __len__(self) -> int:
        return len(self.operation)

    @property
    def planned(self) -> bool:
        """Whether there are intended starts beside the actual ones."""
        return self.intended is not self.started

    @property
    def marked(self) -> bool:
        """Whether anything came in the middle of operations."""
        return self.marks is not None

    @property
    def piece_count(self) -> int:
        """How many pieces there are."""
        return -(-len(self) // PIECE)

    def piece(self, number: int) -> Recording:
        """The rows of a piece, as many as arrays of them are small; it may have none."""
        if self.piece_count == 1:
            return self
        part = slice(number * PIECE, (number + 1) * PIECE)
        columns = {name: getattr(self, name)[part] for name in KINDS}
        marks = None if self.marks is None else self.marks.between(part.start, part.stop)
        return replace(self, **columns, marks=marks, until=self.until or self.last_moment)

    def pieces(self) -> Iterator[Recording]:
        """All rows, piece by piece, in order; none is empty."""
        for number in range(self.piece_count):
            if len(rows := self.piece(number)):
                yield rows

    def only(self, choice: Callable[[Recording], Mask]) -> Recording:
        """The rows that `choice` selects of each piece."""
        return self.where(choice(self))

    def where(self, mask: Mask) -> Recording:
        """The rows that `mask` selects; itself where that is all of them."""
        if mask.all():
            return self
        columns = {name: getattr(self, name)[mask] for name in KINDS}
        return replace(self, **columns, marks=None if self.marks is None else self.marks.where(mask))

    def of(self, name: str) -> Recording:
        """The rows of the operation called `name`; none if there is no such operation."""
        code = self.names.index(name) if name in self.names else len(self.names)
        return self.only(lambda rows: rows.operation == code)

    def with_outcome(self, *outcomes: Outcome) -> Recording:
        """The rows that ended in one of `outcomes`."""
        chosen = [int(outcome) for outcome in outcomes]
        return self.only(lambda rows: np.isin(rows.outcome, chosen))

    def loop_only(self) -> Recording:
        """The rows that the loop started: what totals count."""
        return self.only(lambda rows: rows.by_loop)

    def measured(self) -> Recording:
        """The rows due at `begin` or later: without the warm-up."""
        return self.only(lambda rows: rows.intended >= rows.begin)

    def warmup(self) -> Recording:
        """The rows due before `begin`."""
        return self.only(lambda rows: rows.intended < rows.begin)

    def counts(self) -> dict[str, int]:
        """How many rows ended in each outcome, all outcomes named."""
        found = np.zeros(len(OUTCOMES), np.int64)
        for rows in self.pieces():
            found += np.bincount(rows.outcome, minlength=len(OUTCOMES))
        return {name: int(found[Outcome[name]]) for name in OUTCOMES}

    def response_ns(self) -> Times:
        """Response times: from the intended start to the end (or to when we stopped looking)."""
        return self.ended_ns() - self.intended

    def service_ns(self) -> Times:
        """Service times: from the actual start; 0 for what never started."""
        spent = self.ended_ns() - self.started
        return spent if self.started.all() else np.where(self.started > 0, spent, 0)

    def lateness_ns(self) -> Times:
        """How late the generator looked at each planned start; empty for a closed loop."""
        seen = self.dispatched > 0
        return (self.dispatched - self.intended)[seen]

    def ended_ns(self) -> Times:
        """When operations ended, or when we stopped looking."""
        if self.finished.all():
            return self.finished
        return np.where(self.finished > 0, self.finished, self.last_moment())

    def last_moment(self) -> int:
        """When we stopped looking: at the end, or when the last one ended."""
        return max(self.end, int(self.finished.max(initial=0))) if self.until is None else self.until()
