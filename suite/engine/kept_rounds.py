"""Rounds of a search, each told to a keeper before it begins: of one that ends early something is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from suite.engine.progress import Progress
from suite.engine.round import RoundInterrupted, run_round
from suite.engine.workload_spec import WorkloadSpec
from suite.measure.unfinished import filled
from suite.records.incident import Incident
from suite.records.keeper import Keeper
from suite.records.reason import Reason
from suite.records.record import Record
from suite.records.recording import Recording
from suite.records.run import Round
from suite.records.unfinished import Unfinished


class KeptRounds:
    """Takes rounds for a search, whose record `so_far` says what is known, once there is `anything`.

    `unfinished` is what a round had recorded that a signal ended; in a record that is kept while one runs it
    says which that is.
    """

    def __init__(
        self, keeper: Keeper | None, so_far: Callable[[], Record], anything: Callable[[], bool]
    ) -> None:
        self._keeper = keeper
        self._so_far = so_far
        self._anything = anything
        self.unfinished: Unfinished | None = None

    def take(
        self,
        of: Reason,
        spec: WorkloadSpec,
        index: int,
        progress: Progress,
        look: Callable[[Recording], None] | None = None,
        *,
        noted: Sequence[Incident] = (),
    ) -> Round:
        """Run a round, see `run_round`; `of` says which of the search it is."""
        self.unfinished = Unfinished(of)
        if self._keeper is not None:
            (self._keeper.keep if self._anything() else self._keeper.begin)(self._so_far())
        try:
            result = run_round(spec, index, progress, look, noted=noted, keeper=self._keeper)
        except RoundInterrupted as error:
            self.unfinished = filled(self.unfinished, error.round)
            raise
        self.unfinished = None
        return result
