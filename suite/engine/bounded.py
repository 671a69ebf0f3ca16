"""Other people's code in a worker, with a limit to its time."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any

from suite.process.redaction import excerpt

MOST_TOLD = 10_000
"""Characters that are kept of what it says: an error may quote gigabytes, and a document has all of it."""
_MARGIN = 0.5
"""Seconds for what is awaited to be cancelled in; then a coroutine that keeps the loop is broken off."""


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Raise a TimeoutError without text in what keeps the main thread for longer."""

    def ring(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, ring)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, left, interval)


def awaited(runner: asyncio.Runner, what: Awaitable[Any], seconds: float) -> Any:
    """What it comes to; after so many seconds it is cancelled, by a TimeoutError without text."""

    async def within() -> Any:
        async with asyncio.timeout(seconds):
            return await what

    with bounded(seconds + _MARGIN):
        return runner.run(within())


def said(error: Exception, seconds: float) -> str:
    """What such code raised, in a line, without secrets."""
    if isinstance(error, TimeoutError) and not str(error):
        return f"not done within {seconds:g} s"
    return excerpt(f"{type(error).__name__}: {error}", MOST_TOLD)
