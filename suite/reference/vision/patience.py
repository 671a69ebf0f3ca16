"""How a process that looks at frames stays out of the way of the one that takes them."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Final

LET_OTHERS_LOOK: Final = 1e-3
"""Seconds before the next frame is made: who shares the core with us waits for this one."""


def let_others_first() -> None:
    """Wait for a free core when a frame wakes this process, and then have a full share of it (`SCHED_BATCH`).

    One that took the camera's core made adding a frame 2.5 × as long on two cores.
    """
    with suppress(PermissionError):  # a sandbox may forbid it
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
