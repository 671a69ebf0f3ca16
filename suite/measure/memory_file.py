"""Files in memory that several processes share: none has a name on a file system, so nothing is left."""

from __future__ import annotations

import os

MEMORY_NAME = "loadledger-columns"
"""Name of the mapping in /proc/PID/smaps, by which the sampler leaves it out of a system's memory."""


def create_memory(name: str = MEMORY_NAME) -> int:
    """The descriptor of a new one, empty. Raises OSError."""
    return os.memfd_create(name, os.MFD_CLOEXEC)


def open_memory(owner: int, descriptor: int, mode: int = os.O_RDWR) -> int:
    """A descriptor of our own for the one that process `owner` holds under `descriptor`. Raises OSError."""
    return os.open(f"/proc/{owner}/fd/{descriptor}", mode | os.O_CLOEXEC)
