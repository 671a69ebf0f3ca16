"""How an operation ended: a closed set. Detail is kept apart, never as a key."""

from __future__ import annotations

from enum import IntEnum


class Outcome(IntEnum):
    """`ok` must be 0: a row of the recording says so by default, which saves a store per operation."""

    ok = 0
    rejected = 1
    timeout = 2
    failed = 3
    dropped = 4
    unfinished = 5


OUTCOMES: tuple[str, ...] = tuple(outcome.name for outcome in Outcome)
BEYOND = (Outcome.timeout, Outcome.unfinished, Outcome.dropped)
"""Outcomes whose true time is unknown and longer than what was seen."""
NOT_GOOD = (Outcome.failed, *BEYOND)
"""Outcomes that `failures` counts."""
