"""What went wrong, by cause: part of a Run that workers tell of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Detail:
    """Operations that ended alike: outcome, a short kind of cause, the first of them as an example.

    `first` is in seconds since the round's start.
    """

    outcome: str
    kind: str
    operation: str
    count: int
    first: float
    example: str
