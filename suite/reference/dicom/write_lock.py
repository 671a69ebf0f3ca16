"""One writer at a time, over all threads and processes of a gateway."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path


class WriteLock:
    """A lock on the file at `path`, made if there is none; a process that dies leaves it free.

    SQLite has one writer at a time and lets those who would collide sleep, longer each time: here they
    wait their turn. Make it in the process that uses it: a copy made by a fork would not exclude its origin.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._threads = threading.Lock()

    def __enter__(self) -> None:
        self._threads.acquire()
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)
