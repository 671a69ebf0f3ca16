"""What a search had recorded of the look, window or round that something ended early."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from suite.records.provenance import Provenance
from suite.records.reason import Reason


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Which one it was, and what it came to in `seconds`: `outcomes` of operations that its loop started, and
    `metrics` in base units. It decided nothing.
    """

    of: Reason
    seconds: float = 0.0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)

    @property
    def measured(self) -> bool:
        """Whether there is anything to tell of."""
        return any(self.outcomes.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRecord(Provenance):
    """What searches have in common: one that was ended early may have something `unfinished`."""

    unfinished: Unfinished | None = None
