"""Parts of a recording as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from suite.records.marks import Marks
from suite.records.recording import KINDS, Recording


def joined(
    parts: Sequence[Recording], names: Sequence[str], begin: int, end: int, *, prepared: Any = None
) -> Recording:
    """Copies of parts after one another, of operations called `names`, measured from `begin` to `end`."""

    def column(name: str) -> npt.NDArray[Any]:
        columns = [getattr(part, name) for part in parts]
        return columns[0] if len(columns) == 1 else np.concatenate([np.empty(0, KINDS[name]), *columns])

    columns: dict[str, Any] = {name: column(name) for name in KINDS}
    return Recording(tuple(names), **columns, begin=begin, end=end, prepared=prepared, marks=marks_of(parts))


def marks_of(parts: Iterable[Recording]) -> Marks | None:
    """The marks of parts after one another; None where none of them has any."""
    found, first = list[Marks](), 0
    for part in parts:
        if part.marks is not None:
            found.append(Marks(part.marks.row + first, part.marks.since, part.marks.at))
        first += len(part)
    return Marks.joined(found) if found else None
