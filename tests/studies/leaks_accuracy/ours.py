"""Our search, asked about a case."""

import time
from dataclasses import dataclass

from suite.config.settings import Settings
from suite.errors import Interrupted
from suite.leaks.session import LeakSettings, find_leaks
from suite.report.reasons import verdict_words, words


@dataclass(frozen=True)
class Said:
    """What a search said, in short; `outcome` is "error" where it came to no end.

    `load` are the seconds of load that the verdict took, `wall` those of all, tracing included. `function`
    is the first suspect, and `bytes` and `traced` what a request leaves, by the counters and by it.
    """

    outcome: str
    words: str
    load: float
    wall: float
    held: bool = False
    bytes: float | None = None
    function: str | None = None
    traced: float | None = None
    notes: tuple[str, ...] = ()


def said_of(case, seed=1):
    """What a search says of `case`."""
    began = time.monotonic()
    try:
        found = find_leaks(case.workload(seed), Settings(seed=seed), LeakSettings(requests=case.requests))
    except Interrupted:
        raise
    except Exception as error:  # one search must not end hours of them
        wall = time.monotonic() - began
        return Said("error", f"{type(error).__name__}: {error}", wall, wall)
    first = found.suspects[0] if found.suspects else None
    return Said(
        found.verdict.outcome,
        verdict_words(found.verdict),
        found.seconds,
        time.monotonic() - began,
        found.verdict.held,
        found.verdict.bytes_per_operation,
        first.function if first else None,
        first.bytes_per_operation if first else None,
        tuple(map(words, found.notes)),
    )
