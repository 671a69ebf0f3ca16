"""What ends the load of a round before its time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from suite.config.settings import Settings
from suite.contract.loop import OpenLoop
from suite.contract.remote import elsewhere
from suite.contract.replay import Replay
from suite.contract.workload import Workload
from suite.engine import pacer
from suite.engine.plan import RoundPlan
from suite.measure.ended_rows import EndedRows
from suite.measure.failing_target import FailingTarget
from suite.measure.lost_thresholds import LostThresholds, decidable
from suite.records.reason import Reason
from suite.records.run import Round

_FORESEEN = 2_000_000
"""Random starts of later rounds that are worth drawing now to know how many there are."""


class StopRule(Protocol):
    """Looks at a load once a second."""

    def look(self, now: int, rows: Sequence[EndedRows]) -> Reason | None:
        """Why it should end, None as long as it should not. `rows` have ended since the last look."""


@dataclass(frozen=True, slots=True)
class StopRules:
    """`on_fail`: a critical threshold can't hold any more, after the rounds `before`. What is loaded
    elsewhere, because `--target` says so, is left alone when it fails.
    """

    on_fail: bool = False
    before: Sequence[Round] = ()

    def made(self, workload: Workload, plan: RoundPlan, settings: Settings, index: int) -> list[StopRule]:
        """For round `index`. A loop that can't be told to stop has none."""
        if all(not operation.is_async for share in workload.shares() for operation in share.operations):
            return []  # plain operations of an object: nothing is heard between them
        return [*self._made(workload, plan, settings, index)]

    def _made(
        self, workload: Workload, plan: RoundPlan, settings: Settings, index: int
    ) -> Iterator[StopRule]:
        if self.on_fail:
            here, later = plan.measured_rows(), _planned_later(workload, plan, settings, index)
            planned = None if here is None or later is None else here + later
            replayed = isinstance(workload.loop, OpenLoop) and isinstance(workload.loop.arrivals, Replay)
            names = () if replayed else plan.names  # the log says which operation comes when
            yield LostThresholds([*decidable(workload, names, self.before, planned)])
        if settings.target is not None and elsewhere(workload.system) and not workload.faults:
            yield FailingTarget()


def _planned_later(workload: Workload, plan: RoundPlan, settings: Settings, index: int) -> int | None:
    """Measured operations of the rounds after this one; None where that can't be said."""
    left, loop, here = settings.round_count() - index - 1, workload.loop, plan.measured_rows()
    if left <= 0 or here is None:
        return 0
    if not isinstance(loop, OpenLoop) or loop.arrivals != "poisson":
        return here * left
    if loop.expected * left > _FORESEEN:
        return None
    seeds = range(settings.seed + index + 1, settings.seed + index + 1 + left)
    return sum(int(np.count_nonzero(pacer.plan(loop, seed) >= loop.warmup)) for seed in seeds)
