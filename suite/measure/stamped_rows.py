"""Operations that were stamped elsewhere, in columns of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from suite.errors import ConfigurationError
from suite.measure.column_file import ColumnFile
from suite.measure.column_recording import ColumnPart
from suite.measure.tally import MOST_NAMES
from suite.process.redaction import shown_name
from suite.records.outcome import OUTCOMES, Outcome
from suite.records.row import Row


@dataclass(frozen=True, slots=True)
class Stamped:
    """So many `rows` of a file are of the operations `collected`; `names` has those of a recording too."""

    names: tuple[str, ...] = ()
    collected: frozenset[str] = frozenset()
    rows: int = 0

    def parts(self, file: ColumnFile) -> list[ColumnPart]:
        """Where the rows are."""
        found = file.parts(self.rows) if self.rows else ()
        return [ColumnPart(columns, rows, False, False, stamped=True) for columns, rows in found]


def stamp(file: ColumnFile, rows: Iterable[Row], names: Sequence[str]) -> Stamped:
    """Write `rows` to a file without a plan, one after the other as they come. Raises ConfigurationError."""
    code = {name: index for index, name in enumerate(names)}
    collected: set[str] = set()
    count = 0
    columns = file.reach(0)
    for row in (Row(*each) for each in rows):
        if row.outcome not in OUTCOMES:
            raise ConfigurationError(f"collect: {row.outcome!r} is no outcome; use {', '.join(OUTCOMES)}")
        segment, place = divmod(count, file.rows)
        if count and not place:
            columns = file.reach(segment)
        named = code.get(row.operation)
        if named is None:
            if len(code) - len(names) >= MOST_NAMES:
                raise ConfigurationError(
                    f"collect: more than {MOST_NAMES:,} operations, the last {shown_name(row.operation)!r}; "
                    "name what was done, not what it was done to"
                )
            named = code[row.operation] = len(code)
        columns.operation[place] = named
        columns.intended[place] = int(row.intended)
        columns.started[place] = int(row.started)
        columns.finished[place] = int(row.finished)
        columns.outcome[place] = Outcome[row.outcome]
        collected.add(row.operation)
        count += 1
    shown = {name: shown_name(name) if index >= len(names) else name for name, index in code.items()}
    return Stamped(tuple(shown.values()), frozenset(shown[name] for name in collected), count)
