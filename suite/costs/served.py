"""SQL statements as databases in `beside=` count them, and how those go about the dearest ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from suite.contract.system import System
from suite.costs.sql import controls, normalised
from suite.records.costs import DatabaseStatement, ServedStatement
from suite.records.reason import Reason

_EXPLAINED = 5
_PLANNED = ("select", "insert", "update", "delete", "merge", "with", "values")
_NOTHING = ServedStatement(0, 0, 0)


@dataclass(slots=True)
class ServedStatements:
    """What databases counted in windows: `begin` and `end` each. `notes` say what could not be had.

    Nothing is asked of helpers that count no statements.
    """

    helpers: Mapping[str, System]
    notes: list[Reason] = field(default_factory=list)
    _before: dict[str, Mapping[str, ServedStatement]] = field(default_factory=dict)
    _windows: list[dict[tuple[str, str], ServedStatement]] = field(default_factory=list)

    def begin(self) -> None:
        """A window begins."""
        self._before = self._now()

    def end(self) -> None:
        """It has ended."""
        now, window = self._now(), {}
        for name in self._before.keys() & now.keys():
            for text, counts in now[name].items():
                before = self._before[name].get(text, _NOTHING)
                if (times := counts.times - before.times) > 0 and not controls(text):
                    rows, blocks = counts.rows - before.rows, counts.blocks - before.blocks
                    window[name, text] = ServedStatement(times, rows, blocks)
        self._windows.append(window)

    def forget(self) -> None:
        """The last window is of no interest."""
        self._windows.pop()

    def statements(self, operations: int) -> tuple[DatabaseStatement, ...] | None:
        """Those of the last two windows of so many operations each; None where nobody counts.

        The dearest come first, which look at most blocks.
        """
        last = self._windows[-2:]
        if not self._before or not last:
            return None
        per = operations * len(last)
        found: dict[tuple[str, str], list[float]] = {}
        for window in last:
            for key, counts in window.items():
                known = found.get(key, [0.0, 0.0, 0.0])
                found[key] = [one + other / per for one, other in zip(known, counts, strict=True)]
        dearest = sorted(found.items(), key=lambda one: (*(-count for count in reversed(one[1])), one[0]))
        return tuple(self._planned(dearest))

    def _planned(self, dearest: list[tuple[tuple[str, str], list[float]]]) -> Iterator[DatabaseStatement]:
        left = _EXPLAINED
        for (name, text), counts in dearest:
            sent, rows, blocks = counts
            one = DatabaseStatement(name, normalised(text), sent, rows, blocks)
            if left and text.lstrip("( \n").lower().startswith(_PLANNED):
                left -= 1
                try:
                    one = replace(one, plan=tuple(self.helpers[name].explained(text).splitlines()))
                except OSError as error:
                    one = replace(one, why=Reason("not_explained", {"error": str(error)}))
            yield one

    def _now(self) -> dict[str, Mapping[str, ServedStatement]]:
        found = {}
        for name, helper in self.helpers.items():
            try:
                counted = helper.statements()
            except OSError as error:
                note = Reason("no_statement_statistics", {"helper": name, "error": str(error)})
                if note not in self.notes:
                    self.notes.append(note)
                continue
            if counted is not None:
                found[name] = counted
        return found
