"""The raw columns of a round in shared memory: what a worker writes while load runs.

No numpy here: a worker has nothing to compute. A row is free while `started` is 0, in flight while
`finished` is 0. Times are monotonic nanoseconds. `user` is one more than the index of the row's user, 0 where
nobody said.
"""

from __future__ import annotations

import mmap

_FIELDS = (("intended", "q", 8), ("dispatched", "q", 8), ("started", "q", 8), ("finished", "q", 8),
           ("user", "I", 4), ("operation", "H", 2), ("outcome", "B", 1))  # fmt: skip
ROW_BYTES = sum(size for _, _, size in _FIELDS)


class Columns:
    """Seven columns of `capacity` rows, from byte `offset` of the file `descriptor` on.

    `first` is the number of their first row among all of the file's.
    """

    __slots__ = (
        "_map",
        "_views",
        "capacity",
        "dispatched",
        "finished",
        "first",
        "intended",
        "operation",
        "outcome",
        "started",
        "user",
    )

    intended: memoryview
    dispatched: memoryview
    started: memoryview
    finished: memoryview
    user: memoryview
    operation: memoryview
    outcome: memoryview

    def __init__(self, descriptor: int, offset: int, capacity: int, first: int = 0) -> None:
        self.capacity = capacity
        self.first = first
        self._map = mmap.mmap(descriptor, max(capacity * ROW_BYTES, 1), offset=offset)
        self._views: list[memoryview] = []
        whole = memoryview(self._map)
        position = 0
        for name, code, size in _FIELDS:
            part = whole[position : position + size * capacity]
            view = part.cast(code)  # type: ignore[call-overload]
            self._views += [view, part]
            setattr(self, name, view)
            position += size * capacity
        self._views.append(whole)

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

    def clear(self, rows: int) -> None:
        """Make the first `rows` rows zero again."""
        position = 0
        for _, _, size in _FIELDS:
            self._map[position : position + size * rows] = bytes(size * rows)
            position += size * self.capacity

    def empty(self) -> None:
        """Give the memory back: all rows are zero again, for whoever maps them."""
        self._map.madvise(mmap.MADV_REMOVE)

    def close(self) -> None:
        """Unmap; numpy views of the columns must be gone."""
        for view in self._views:
            view.release()
        self._views.clear()
        self._map.close()
