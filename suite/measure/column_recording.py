"""A Recording whose rows stay in the raw columns: what is asked of it is read piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from suite.measure.columns import Columns
from suite.measure.joined import joined, marks_of
from suite.measure.mark_index import MarkIndex
from suite.records.marks import Marks
from suite.records.outcome import Outcome
from suite.records.recording import KINDS, PIECE, Mask, Recording

_MARKED = PIECE >> 2
"""Rows of a piece where each of them may have many marks."""
_Read = Callable[[Recording, str], npt.NDArray[Any]]
Choice = Callable[[Recording], Mask]


@dataclass(frozen=True, slots=True)
class ColumnPart:
    """The first `rows` rows of a segment. Without a plan (`planned`) what is due is what has started.

    Rows that were `stamped` elsewhere say themselves how they ended. Only those count that all `choices`
    select.
    """

    columns: Columns
    rows: int
    by_loop: bool
    planned: bool
    stamped: bool = False
    choices: tuple[Choice, ...] = ()

    def read(self, name: str, first: int, last: int) -> npt.NDArray[Any]:
        """A copy of a column's rows `first` to before `last`, as it was written."""
        if name == "by_loop":
            return np.full(last - first, self.by_loop)
        if name == "dispatched" and not self.planned:
            return np.zeros(last - first, np.int64)
        if name == "intended" and not (self.planned or self.stamped):
            name = "started"
        view = np.frombuffer(getattr(self.columns, name), KINDS[name])
        return view[first:last].copy()


class _Piece(Recording):
    """Some rows, of which a column is read when it is looked at."""

    def __init__(self, whole: ColumnRecording, read: _Read, count: int) -> None:
        known = {"names": whole.names, "begin": whole.begin, "end": whole.end, "prepared": whole.prepared}
        until = whole.last_moment
        self.__dict__.update(known, until=until, marks=None, _whole=whole, _read=read, _count=count)

    def __getattr__(self, name: str) -> Any:
        if name not in KINDS:
            raise AttributeError(name)
        self.__dict__[name] = found = self.__dict__["_read"](self, name)
        return found

    def __len__(self) -> int:
        count: int = self.__dict__["_count"]
        return count

    def where(self, mask: Mask) -> Recording:
        if mask.all():
            return self
        made = _Piece(
            self.__dict__["_whole"], lambda _, name: getattr(self, name)[mask], int(np.count_nonzero(mask))
        )
        if self.marks is not None:
            made.__dict__["marks"] = self.marks.where(mask)
        return made


class ColumnRecording(Recording):
    """The rows of `parts`, one after the other, as far as all `choices` select them.

    The columns must stay open for as long as it is used. A column that is asked for is copied whole, once.
    """

    parts: Sequence[ColumnPart]
    index: MarkIndex | None
    choices: tuple[Choice, ...]

    def __init__(
        self,
        names: Sequence[str],
        parts: Sequence[ColumnPart],
        begin: int,
        end: int,
        *,
        prepared: Any = None,
        index: MarkIndex | None = None,
        choices: tuple[Choice, ...] = (),
    ) -> None:
        known = {"names": tuple(names), "begin": begin, "end": end, "prepared": prepared}
        self.__dict__.update(known, until=None, parts=parts, index=index, choices=choices)

    def __getattr__(self, name: str) -> Any:
        if name == "_count":
            found: Any = sum(map(len, self.pieces()))
        elif name == "intended" and not self.planned:
            found = self.started
        elif name in KINDS:
            found = np.concatenate([np.empty(0, KINDS[name]), *(getattr(one, name) for one in self.pieces())])
        else:
            raise AttributeError(name)
        self.__dict__[name] = found
        return found

    def __len__(self) -> int:
        count: int = self._count
        return count

    @property
    def planned(self) -> bool:
        return any(part.planned or part.stamped for part in self.parts)

    @cached_property
    def marks(self) -> Marks | None:
        return None if self.index is None else marks_of(self.pieces())

    @property
    def marked(self) -> bool:
        return self.index is not None

    @property
    def piece_count(self) -> int:
        return len(self._places)

    def piece(self, number: int) -> Recording:
        part, first, last, place = self._places[number]
        rows = self._piece(part, first, last)
        if self.index is not None:
            rows.__dict__["marks"] = self.index.between(place, place + last - first)
        for choice in (*part.choices, *self.choices):
            rows = rows.where(choice(rows))
        return rows

    @cached_property
    def _places(self) -> list[tuple[ColumnPart, int, int, int]]:
        """Of each piece the part that it is of, its rows there, and the first of them in all."""
        size = PIECE if self.index is None else _MARKED
        found, place = [], 0
        for part in self.parts:
            for first in range(0, part.rows, size):
                last = min(first + size, part.rows)
                found.append((part, first, last, place + first))
            place += part.rows
        return found

    def only(self, choice: Choice) -> ColumnRecording:
        return self._with(self.parts, self.names, (*self.choices, choice))

    def where(self, mask: Mask) -> Recording:
        first, parts = 0, []
        for rows in self.pieces():
            parts.append(rows.where(mask[first : first + len(rows)]))
            first += len(rows)
        return joined(parts, self.names, self.begin, self.end, prepared=self.prepared)

    def beside(self, names: Sequence[str], stamped: Sequence[ColumnPart]) -> ColumnRecording:
        """With rows that were stamped elsewhere, whose operations `names` has too."""
        parts = (replace(part, choices=(*part.choices, *self.choices)) for part in self.parts)
        return self._with((*parts, *stamped), tuple(names), ())

    def _with(
        self, parts: Sequence[ColumnPart], names: Sequence[str], choices: tuple[Choice, ...]
    ) -> ColumnRecording:
        return ColumnRecording(
            names, parts, self.begin, self.end, prepared=self.prepared, index=self.index, choices=choices
        )

    def _piece(self, part: ColumnPart, first: int, last: int) -> Recording:
        # It refers to itself nowhere: what it has read goes with it, and not when cycles are looked for.
        def read(rows: Recording, name: str) -> npt.NDArray[Any]:
            found = part.read(name, first, last)
            if name == "outcome" and not part.stamped and not rows.finished.all():
                found[(rows.started > 0) & (rows.finished == 0)] = Outcome.unfinished
                found[rows.started == 0] = Outcome.dropped
            return found

        return _Piece(self, read, last - first)

    def last_moment(self) -> int:
        return self._last

    @cached_property
    def _last(self) -> int:
        return max([self.end, *(int(rows.finished.max()) for rows in self.pieces())])
