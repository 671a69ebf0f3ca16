"""What each party holds while load runs: several looks in a window, and the middle of them."""

from __future__ import annotations

import contextlib
import os
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from suite.engine.live_round import LiveRound
from suite.measure import proc
from suite.records.soak import Holding

_WORKERS = "workers"
_BLOCK = 512


class _Look(NamedTuple):
    processes: int
    memory: int
    descriptors: int
    sockets: int
    threads: int
    left: int | None


class Looks:
    """Looks at system, helpers and workers of a live round; the system of a component is a worker."""

    def __init__(self, running: LiveRound) -> None:
        self._running = running
        names = ["system", *running.workload.beside]
        self._folders = {
            name: running.directory / (name if name == "system" else f"beside-{name}") for name in names
        }
        self._parties = names if running.component else [*names, _WORKERS]
        self._ours = {worker.child.pid for worker in running.workers}
        self._seen: dict[str, list[_Look]] = {}
        self.look()

    def look(self) -> None:
        """Once at each party. One that can't be read is left out."""
        for name in self._parties:
            try:
                found = _look(self._running.sampler.members(name), self._ours)
            except OSError:
                continue
            if found.processes:
                self._seen.setdefault(name, []).append(found)

    def take(self) -> dict[str, Holding]:
        """The middle of the looks since the last time, and the disk as it is now."""
        self.look()
        seen, self._seen = self._seen, {}
        return {name: _middle(seen.get(name, ()), self._folders.get(name)) for name in self._parties}


def _look(pids: Iterable[int], ours: set[int]) -> _Look:
    """Raises OSError where we may not look."""
    processes = memory = shared = descriptors = sockets = threads = 0
    left: list[int] = []
    for pid in pids:
        stat, held = proc.stat(pid), proc.resident(pid)
        if stat is None or held is None:  # it is gone, or a zombie
            continue
        processes += 1
        threads += stat.threads
        memory += held.anonymous
        # Our workers share their recordings with us: that is no memory of anybody's.
        shared = max(shared, 0 if pid in ours else held.shared)
        opened = proc.descriptors(pid)
        descriptors += opened
        sockets += proc.sockets(pid)
        if (most := proc.most_descriptors(pid)) is not None:
            left.append(max(most - opened, 0))
    return _Look(processes, memory + shared, descriptors, sockets, threads, min(left, default=None))


def _middle(seen: Sequence[_Look], folder: Path | None) -> Holding:
    if not seen:
        return Holding()

    def middle(name: str) -> int | None:
        known = [value for look in seen if (value := getattr(look, name)) is not None]
        return statistics.median_low(known) if known else None

    return Holding(
        processes=middle("processes"),
        memory=middle("memory"),
        descriptors=middle("descriptors"),
        sockets=middle("sockets"),
        threads=middle("threads"),
        disk=disk_used(folder) if folder is not None and folder.is_dir() else None,
        descriptors_left=middle("left"),
    )


def disk_used(folder: Path) -> int:
    """Bytes on disk of all below a folder, as far as it can be read."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # it goes while we look
                total += os.lstat(Path(place, name)).st_blocks * _BLOCK
    return total
