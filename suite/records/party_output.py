"""What the parties of a round wrote."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PartyOutput:
    """What one of them wrote, without what looks like a secret: `party` is system, a helper or a worker.

    `tail` is the end of it. `around` are the lines about the first failure, which was at `at` in seconds
    since the round's start; empty where nothing was written then, or nothing failed at a moment.
    """

    party: str
    tail: str
    around: str = ""
    at: float | None = None
