"""Garbage collections of this process, counted."""

# ruff: noqa: BLE001, S110  (no error of ours may show)
from __future__ import annotations

import gc
import mmap
import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_GENERATIONS = 3
_COLUMNS = 5  # collections, collected, uncollectable, pause, longest; suite/process/injection.py reads them
_PAUSES = 32  # behind those: when each of the longest pauses began (monotonic), and how long it was
_WORTH = 1_000_000  # ns from which on a pause is among them


class Collections:
    """Counts garbage collections in a mapped file, which is there even after a SIGKILL."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.paused = False  # true while collections are our own
        self._begun = time.perf_counter_ns()
        self._open()
        gc.callbacks.append(self._hook)

    def _open(self) -> None:
        size = (_GENERATIONS * _COLUMNS + 2 * _PAUSES) * 8
        path = f"{self.directory}/{os.getpid()}.gc"
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.posix_fallocate(file, 0, size)  # a mapped hole on a full disk would be a SIGBUS
            self._table = memoryview(mmap.mmap(file, size)).cast("Q")
        finally:
            os.close(file)

    def forked(self) -> None:
        """In a child: a file of its own. The mapping that it inherits is its parent's."""
        try:
            self._open()
        except Exception:
            gc.callbacks.remove(self._hook)

    def _hook(
        self, phase: str, info: dict[str, int], clock: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        try:
            if phase == "start":
                self._begun = clock()
            elif not self.paused:
                pause = clock() - self._begun
                table = self._table
                row = info["generation"] * _COLUMNS
                table[row] += 1
                table[row + 1] += info["collected"]
                table[row + 2] += info["uncollectable"]
                table[row + 3] += pause
                if pause > table[row + 4]:
                    table[row + 4] = pause
                if pause >= _WORTH:
                    self._keep(pause)
        except Exception:
            pass

    def _keep(self, pause: int) -> None:
        """Among the longest ones, in place of the shortest of them."""
        table, first = self._table, _GENERATIONS * _COLUMNS
        shortest = min(range(first + 1, first + 2 * _PAUSES, 2), key=table.__getitem__)
        if pause > table[shortest]:
            table[shortest - 1], table[shortest] = self._begun, pause
