"""What came in the middle of operations: chunks of a stream, messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_Column = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Marks:
    """Something came for row `row[i]` of a recording `at[i]`, the last thing of its stream at `since[i]`.

    Times are monotonic nanoseconds; `since` is 0 for the first of a stream. `at` below 0 says that nothing
    had come by then (-at), when whoever waited gave up. What comes in a nested operation has a mark for
    that and one for the outer operation.
    """

    row: _Column
    since: _Column
    at: _Column

    @classmethod
    def joined(cls, parts: Sequence[Marks]) -> Marks:
        """All of `parts`, one after the other."""
        columns = zip(*((part.row, part.since, part.at) for part in parts), strict=True)
        return cls(*(np.concatenate(column) for column in columns))

    def where(self, mask: npt.NDArray[np.bool_]) -> Marks:
        """The marks of the rows that `mask` selects, which are counted anew."""
        kept = mask[self.row]
        place = np.cumsum(mask) - 1
        return Marks(place[self.row[kept]], self.since[kept], self.at[kept])

    def between(self, first: int, last: int) -> Marks:
        """The marks of the rows from `first` to before `last`, which are counted from there."""
        kept = (self.row >= first) & (self.row < last)
        return Marks(self.row[kept] - first, self.since[kept], self.at[kept])
