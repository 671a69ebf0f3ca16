"""Waiting for the signal that ends a server."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def held(*signals: signal.Signals) -> Iterator[Callable[[], int]]:
    """Hold `signals` back, in this thread and in those it starts; yields a function that waits for one.

    A handler that raises can do so in any line of start-up, also in one whose exceptions are swallowed (a
    destructor, a weak reference's callback), and then nobody hears of it: about 1 in 50 gateways that
    were ended while they started lived on.
    """

    def wait() -> int:
        return signal.sigwait(signals)

    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield wait
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
