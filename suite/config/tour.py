"""The tour: what `suite run` shows of itself where a project has no load files yet."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from suite.config.configured import configured
from suite.config.settings import Settings
from suite.contract.workload import Workload

TAG = "tour"
"""What the workloads carry that belong to it."""
SECONDS_OF_A_SYSTEM = 20.0
SECONDS_OF_ALL = 120.0
_STARTING = 1.5
"""What a round takes beside its load, about."""


class Tour:
    """How much time is left, for each system and in all; `left_out` are the workloads that are not run."""

    def __init__(self, left_out: Iterable[str] = (), clock: Callable[[], float] = time.monotonic) -> None:
        self.left_out = list(left_out)
        self._clock = clock
        self._spent: defaultdict[str, float] = defaultdict(float)

    def fits(self, workload: Workload, settings: Settings) -> bool:
        """Whether a workload would end in time; if not it is left out."""
        loop = configured(workload, settings).loop
        length = (_STARTING + (loop.seconds or 0.0)) * settings.round_count()
        system = _system(workload)
        fits = (
            self._spent[system] + length <= SECONDS_OF_A_SYSTEM
            and sum(self._spent.values()) + length <= SECONDS_OF_ALL
        )
        if not fits:
            self.left_out.append(workload.name)
        return fits

    @contextmanager
    def timed(self, workload: Workload) -> Iterator[None]:
        """What is done inside is on the account of the workload's system."""
        began = self._clock()
        try:
            yield
        finally:
            self._spent[_system(workload)] += self._clock() - began


def _system(workload: Workload) -> str:
    return workload.name.partition("/")[0]
