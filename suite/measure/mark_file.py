"""When what came in the middle of operations: marks of one group of users, in memory that grows.

No numpy here: a worker has nothing to compute.
"""

from __future__ import annotations

import mmap
import os

from suite.measure.column_file import MEMORY_NAME

FIELDS = 4
"""Numbers of a mark: row, nested row, since, at."""
_PIECE = 1 << 20


class MarkFile:
    """Marks in the order of their coming, for one process that writes and others that read.

    It takes memory for what is written only. A file has no name on any file system, so nothing is left
    of it however its users end.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._view: memoryview | None = None
        self._place = self._end = 0

    @classmethod
    def create(cls) -> MarkFile:
        """A new one, empty."""
        return cls(os.memfd_create(MEMORY_NAME, os.MFD_CLOEXEC))

    @classmethod
    def open(cls, owner: int, descriptor: int) -> MarkFile:
        """The one that process `owner` holds under `descriptor`."""
        return cls(os.open(f"/proc/{owner}/fd/{descriptor}", os.O_RDWR | os.O_CLOEXEC))

    def add(self, row: int, nested: int, since: int, at: int) -> None:
        """Note that something came `at`, the last thing of its kind before it `since` (0: none).

        Times are monotonic nanoseconds; `at` below 0 says that nothing had come by then. `row` is that of
        the loop's operation, `nested` of the one in it, -1 for none.
        """
        place = self._place
        if place == self._end:
            self._grow()
            place = 0
        view = self._view
        view[place] = row  # type: ignore[index]
        view[place + 1] = nested  # type: ignore[index]
        view[place + 2] = since  # type: ignore[index]
        view[place + 3] = at  # type: ignore[index]  # last: a mark without a time is none
        self._place = place + FIELDS

    def read(self) -> memoryview:
        """All marks as they lie there, four numbers each; those with a time of 0 were never written."""
        size = os.fstat(self.descriptor).st_size
        held = mmap.mmap(self.descriptor, size, prot=mmap.PROT_READ) if size else b""
        return memoryview(held).cast("q")

    def clear(self) -> None:
        """Forget all marks; only for who writes them."""
        self._view = None
        self._place = self._end = 0
        os.ftruncate(self.descriptor, 0)

    def close(self) -> None:
        """Close; what is mapped goes with this object."""
        self._view = None
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1

    def _grow(self) -> None:
        size = os.fstat(self.descriptor).st_size
        os.ftruncate(self.descriptor, size + _PIECE)
        self._view = memoryview(mmap.mmap(self.descriptor, _PIECE, offset=size)).cast("q")
        self._place, self._end = 0, _PIECE // 8
