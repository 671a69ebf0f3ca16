"""Numbers that one process writes, some at a time, and others read, in memory that grows.

No numpy here: a worker has nothing to compute.
"""

from __future__ import annotations

import mmap
import os
import time
from typing import ClassVar, Self

from suite.measure.memory_file import create_memory, open_memory
from suite.measure.room import has_room

_PIECE = 3 << 18
"""Bytes added at once: whole pages, and whole entries of three numbers or of four."""


class NumberFile:
    """Entries of `fields` numbers (int64) in the order of their coming, for one process that writes and
    others that read.

    It takes memory for what is written only; what there is no room for is left out, see `full_at`. A file
    has no name on any file system, so nothing is left of it however its users end.
    """

    fields: ClassVar[int]

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.full_at = 0
        """When there was no room for more, in monotonic nanoseconds; only for who writes."""
        self._view: memoryview | None = None
        self._place = self._end = 0

    @classmethod
    def create(cls) -> Self:
        """A new one, empty."""
        return cls(create_memory())

    @classmethod
    def open(cls, owner: int, descriptor: int) -> Self:
        """The one that process `owner` holds under `descriptor`."""
        return cls(open_memory(owner, descriptor))

    def read(self) -> memoryview:
        """All numbers as they lie there; entries that were never written are all 0."""
        size = os.fstat(self.descriptor).st_size
        held = mmap.mmap(self.descriptor, size, prot=mmap.PROT_READ) if size else b""
        return memoryview(held).cast("q")

    def clear(self) -> None:
        """Forget all; only for who writes."""
        self._view = None
        self._place = self._end = 0
        os.ftruncate(self.descriptor, 0)

    def close(self) -> None:
        """Close; what is mapped goes with this object."""
        self._view = None
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1

    def _grew(self) -> bool:
        """Whether there is another piece to write into, from its beginning on."""
        if self.full_at or not has_room(_PIECE):
            self.full_at = self.full_at or time.monotonic_ns()
            return False
        size = os.fstat(self.descriptor).st_size
        os.ftruncate(self.descriptor, size + _PIECE)
        self._view = memoryview(mmap.mmap(self.descriptor, _PIECE, offset=size)).cast("q")
        self._place, self._end = 0, _PIECE // 8
        return True
