"""Nothing of a round outlives it: find every process that carries the round's id and end it."""

from __future__ import annotations

import contextlib
import os
import signal
import time

ROUND_VARIABLE = "LOADLEDGER_ROUND"
"""Environment variable with the round's id; every process of a round inherits it."""


def carrying(round_id: str) -> list[int]:
    """Pids of live processes, other than this one, whose environment carries `round_id`."""
    mark = f"{ROUND_VARIABLE}={round_id}".encode()
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        with contextlib.suppress(OSError), open(f"/proc/{entry}/environ", "rb") as file:
            if mark in file.read().split(b"\0"):
                found.append(int(entry))
    return found


def sweep(round_id: str, patience: float = 3.0) -> list[int]:
    """SIGKILL all that carries `round_id` until nothing does; returns what had to be killed."""
    killed: set[int] = set()
    end = time.monotonic() + patience
    while (left := carrying(round_id)) and time.monotonic() < end:
        for pid in left:
            killed.add(pid)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        reap()
        time.sleep(0.01)
    reap()
    return sorted(killed)


def reap() -> None:
    """Collect zombies that we adopted as subreaper. Only call when no child of ours is awaited."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
