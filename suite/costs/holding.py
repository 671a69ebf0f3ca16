"""Processes held up half of the time, as on a machine that is busy with others."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence

from suite.process.background import Background

_SLICE = 0.01
"""Seconds that they are stopped, and go on: less than what programs do by the clock waits for."""


@contextlib.contextmanager
def held_up(processes: Callable[[], Sequence[int]]) -> Iterator[None]:
    """All that `processes` tells of are stopped for half of the time inside, again and again."""
    over = threading.Event()

    def hold() -> None:
        while not over.wait(_SLICE):
            stopped = processes()
            _tell(stopped, signal.SIGSTOP)
            over.wait(_SLICE)
            _tell(stopped, signal.SIGCONT)

    holding = Background(hold)
    try:
        yield
    finally:
        over.set()
        holding.wait()
    holding.result()


def _tell(processes: Sequence[int], number: signal.Signals) -> None:
    for pid in processes:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
