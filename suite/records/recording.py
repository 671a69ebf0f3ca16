"""Raw columns of one round as arrays: what checks, metrics and statistics read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from suite.errors import ConfigurationError
from suite.records.marks import Marks
from suite.records.outcome import OUTCOMES, Outcome
from suite.records.row import Row

Times = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Recording:
    """One row per operation. Times are monotonic nanoseconds, 0 for "did not happen".

    `names[operation[i]]` is the operation's name, `outcome[i]` an `Outcome`, `by_loop[i]` whether the
    loop started it (else it was nested in another, a connect, or stamped elsewhere). `begin` and `end`
    bound the measured part; rows due before `begin` are warm-up. `prepared` is what the workload's
    `prepare` returned. `marks` are what came in the middle of operations, if anything did.
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

    def __len__(self) -> int:
        return len(self.operation)

    def where(self, mask: npt.NDArray[np.bool_]) -> Recording:
        """The rows that `mask` selects; itself where that is all of them."""
        if mask.all():
            return self
        return replace(
            self,
            operation=self.operation[mask],
            outcome=self.outcome[mask],
            intended=self.intended[mask],
            dispatched=self.dispatched[mask],
            started=self.started[mask],
            finished=self.finished[mask],
            by_loop=self.by_loop[mask],
            marks=None if self.marks is None else self.marks.where(mask),
        )

    def of(self, name: str) -> Recording:
        """The rows of the operation called `name`; none if there is no such operation."""
        code = self.names.index(name) if name in self.names else len(self.names)
        return self.where(self.operation == code)

    def with_outcome(self, *outcomes: Outcome) -> Recording:
        """The rows that ended in one of `outcomes`."""
        return self.where(np.isin(self.outcome, [int(outcome) for outcome in outcomes]))

    def loop_only(self) -> Recording:
        """The rows that the loop started: what totals count."""
        return self.where(self.by_loop)

    def measured(self) -> Recording:
        """The rows due at `begin` or later: without the warm-up."""
        return self.where(self.intended >= self.begin)

    def warmup(self) -> Recording:
        """The rows due before `begin`."""
        return self.where(self.intended < self.begin)

    def counts(self) -> dict[str, int]:
        """How many rows ended in each outcome, all outcomes named."""
        found = np.bincount(self.outcome, minlength=len(OUTCOMES))
        return {name: int(found[Outcome[name]]) for name in OUTCOMES}

    def response_ns(self) -> Times:
        """Response times: from the intended start to the end (or to when we stopped looking)."""
        return self._ended() - self.intended

    def service_ns(self) -> Times:
        """Service times: from the actual start; 0 for what never started."""
        spent = self._ended() - self.started
        return spent if self.started.all() else np.where(self.started > 0, spent, 0)

    def lateness_ns(self) -> Times:
        """How late the generator looked at each planned start; empty for a closed loop."""
        seen = self.dispatched > 0
        return (self.dispatched - self.intended)[seen]

    def _ended(self) -> Times:
        if self.finished.all():
            return self.finished
        return np.where(self.finished > 0, self.finished, max(self.end, int(self.finished.max(initial=0))))

    def with_rows(self, rows: Iterable[Row]) -> Recording:
        """With operations that were stamped elsewhere merged in. Raises ConfigurationError for bad rows."""
        extra = list(rows)
        if not extra:
            return self
        names = tuple(dict.fromkeys([*self.names, *(row.operation for row in extra)]))
        code = {name: i for i, name in enumerate(names)}
        for row in extra:
            if row.outcome not in OUTCOMES:
                raise ConfigurationError(f"collect: {row.outcome!r} is no outcome; use {', '.join(OUTCOMES)}")
        times = np.array([row[1:4] for row in extra], dtype=np.int64).reshape(-1, 3)
        return replace(
            self,
            names=names,
            operation=np.append(self.operation, np.array([code[r.operation] for r in extra], np.uint16)),
            outcome=np.append(self.outcome, np.array([Outcome[r.outcome] for r in extra], np.uint8)),
            intended=np.append(self.intended, times[:, 0]),
            dispatched=np.append(self.dispatched, np.zeros(len(extra), np.int64)),
            started=np.append(self.started, times[:, 1]),
            finished=np.append(self.finished, times[:, 2]),
            by_loop=np.append(self.by_loop, np.zeros(len(extra), np.bool_)),
        )
