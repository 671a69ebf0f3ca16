"""The raw columns of a round in shared memory: what a worker writes while load runs.

No numpy here: a worker has nothing to compute. A row is free while `started` is 0, in flight while
`finished` is 0. Times are monotonic nanoseconds.
"""

from __future__ import annotations

import mmap
import os

_FIELDS = (("intended", "q", 8), ("dispatched", "q", 8), ("started", "q", 8), ("finished", "q", 8),
           ("operation", "H", 2), ("outcome", "B", 1))  # fmt: skip
ROW_BYTES = sum(size for _, _, size in _FIELDS)
MEMORY_NAME = "loadledger-columns"
"""Name of the mapping in /proc/PID/smaps, by which the sampler leaves it out of a system's memory."""


class Columns:
    """Six columns of `capacity` rows over one anonymous shared file.

    The file has no name on any file system, so nothing is left of it however its users end. Pages cost
    memory once they are touched.
    """

    intended: memoryview
    dispatched: memoryview
    started: memoryview
    finished: memoryview
    operation: memoryview
    outcome: memoryview

    def __init__(self, descriptor: int, capacity: int) -> None:
        self.descriptor = descriptor
        self.capacity = capacity
        self._map = mmap.mmap(descriptor, max(capacity * ROW_BYTES, 1))
        self._views: list[memoryview] = []
        whole = memoryview(self._map)
        offset = 0
        for name, code, size in _FIELDS:
            part = whole[offset : offset + size * capacity]
            view = part.cast(code)  # type: ignore[call-overload]
            self._views += [view, part]
            setattr(self, name, view)
            offset += size * capacity
        self._views.append(whole)

    @classmethod
    def create(cls, capacity: int) -> Columns:
        """New columns, all zero."""
        descriptor = os.memfd_create(MEMORY_NAME, os.MFD_CLOEXEC)
        os.ftruncate(descriptor, max(capacity * ROW_BYTES, 1))
        return cls(descriptor, capacity)

    @classmethod
    def open(cls, owner: int, descriptor: int, capacity: int) -> Columns:
        """The columns that process `owner` holds under `descriptor`."""
        return cls(os.open(f"/proc/{owner}/fd/{descriptor}", os.O_RDWR | os.O_CLOEXEC), capacity)

    def used(self) -> int:
        """Rows that were started, provided that rows are taken in order; a binary search."""
        low, high = 0, self.capacity
        started = self.started
        while low < high:
            middle = (low + high) // 2
            if started[middle]:
                low = middle + 1
            else:
                high = middle
        return low

    def close(self) -> None:
        """Unmap and close; numpy views of the columns must be gone."""
        if self.descriptor < 0:
            return
        for view in self._views:
            view.release()
        self._views.clear()
        self._map.close()
        os.close(self.descriptor)
        self.descriptor = -1
