"""Which cores the system and the workers get."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cores:
    """Cores of the system (and its helpers), and one set per worker; None where all share."""

    system: frozenset[int] | None
    workers: tuple[frozenset[int] | None, ...]

    @property
    def apart(self) -> bool:
        """Whether system and workers share no core."""
        return self.system is not None


def share_out(workers: int, available: frozenset[int] | None = None) -> Cores:
    """One core per worker from the top, the rest to the system; workers share if there are too few."""
    cores = sorted(available if available is not None else os.sched_getaffinity(0))
    if len(cores) < 2:
        return Cores(None, (None,) * workers)
    taken = min(workers, len(cores) - 1)
    mine = cores[-taken:]
    return Cores(frozenset(cores[:-taken]), tuple(frozenset({mine[i % taken]}) for i in range(workers)))
