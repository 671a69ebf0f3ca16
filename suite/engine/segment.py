"""The rows of a group's plan as its users take them: a segment, and the one after it."""

from __future__ import annotations

from itertools import count

from suite.measure.column_file import ColumnFile


class Segment:
    """`rows` rows of `columns`, taken in order by whoever calls `take` next; at `rows` it is used up.

    It is unmapped when nobody holds it any more. What is `bounded` ends where there is no room for more.
    """

    __slots__ = ("_bounded", "_file", "_index", "_next", "columns", "rows", "take")

    def __init__(self, file: ColumnFile, index: int = 0, *, bounded: bool = False) -> None:
        self._bounded = bounded
        self._file = file
        self._index = index
        self._next: Segment | None = None
        self.rows = file.size(index)
        self.columns = file.reach(index)
        self.take = count().__next__

    def after(self) -> Segment | None:
        """The segment that follows, the same for all who ask; None where the plan ends, or the room."""
        following = self._index + 1
        if self._next is not None or not self._file.size(following):
            return self._next
        if self._bounded and (self._file.full_at or not self._file.has_room(following)):
            return None
        self._next = Segment(self._file, following, bounded=self._bounded)
        return self._next
