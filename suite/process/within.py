"""Calls that nobody waits for without end."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, call: Callable[[], T]) -> T:
    """What `call` gives, or raises; TimeoutError after so many `seconds`.

    What waits for a peer that never answers is left at it, in a thread that keeps no program from ending.
    """
    given: list[T] = []
    raised: list[BaseException] = []
    ended = threading.Event()

    def run() -> None:
        try:
            given.append(call())
        except BaseException as error:  # noqa: BLE001 - who waits raises it
            raised.append(error)
        ended.set()

    # A signal that meets Thread.start() has the new thread print a traceback of its own.
    _thread.start_new_thread(run, ())
    ended.wait(seconds)
    if raised:
        raise raised.pop()  # kept here it would keep itself, and what it holds open
    if not given:
        raise TimeoutError("timed out")
    return given[0]
