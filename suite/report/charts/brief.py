"""A stored Run in short, as pages draw it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from suite.records.run import Measured
from suite.report.words import short_commit


@dataclass(frozen=True, slots=True)
class Brief:
    """A stored Run without its histograms and series."""

    id: str
    started: str
    commit: str | None
    setting: str
    verdict: str
    validity: str
    reasons: tuple[str, ...]
    outcomes: Mapping[str, int]
    metrics: Mapping[str, Measured]

    @property
    def place(self) -> str:
        """Commit and date, to be read."""
        return f"{short_commit(self.commit)}  {self.started[:16].replace('T', ' ')}"
