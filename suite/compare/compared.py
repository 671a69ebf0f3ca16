"""All that one command compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from suite.records.comparison import Change, Comparison, Conclusion, Verdict, conclude
from suite.records.reason import Reason


@dataclass(frozen=True, slots=True)
class Compared:
    """`base` and `head` are names for people; `left_out` says why workloads were not compared.

    `codes` are the commits that have what the sides ran, None where none has; with `changed` head was
    the work tree. `installed` are workloads that need no load file to be named.
    """

    base: str
    head: str
    comparisons: tuple[Comparison, ...]
    left_out: tuple[Reason, ...] = ()
    codes: tuple[str | None, str | None] = (None, None)
    changed: bool = False
    installed: frozenset[str] = frozenset()

    @property
    def conclusion(self) -> Conclusion:
        """One verdict of all."""
        return conclude(self.comparisons)

    def changes(self, *verdicts: Verdict) -> Iterator[tuple[Comparison, Change]]:
        """The changes that ended so, in the order of `verdicts`."""
        for verdict in verdicts:
            for one in self.comparisons:
                yield from ((one, change) for change in one.changes if change.verdict == verdict)
