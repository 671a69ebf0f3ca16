"""A call in a thread of its own, which keeps no program from ending."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Background(Generic[T]):
    """Calls `call`, at once. What it raises is for whoever asks for its `result`; nobody else tells it.

    A signal that meets Thread.start() has the new thread print a traceback of its own: not used here.
    """

    def __init__(self, call: Callable[[], T]) -> None:
        self._given: list[T] = []
        self._raised: list[BaseException] = []
        self._over = threading.Event()
        _thread.start_new_thread(self._run, (call,))

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it is over, at most so many `seconds`; whether it is."""
        return self._over.wait(seconds)

    def result(self, seconds: float | None = None) -> T:
        """What it gives, or raises, once; TimeoutError after so many `seconds`."""
        self.wait(seconds)
        if self._raised:
            raise self._raised.pop()  # kept here it would keep itself, and what it holds open
        if not self._given:
            raise TimeoutError("timed out")
        return self._given[0]

    def _run(self, call: Callable[[], T]) -> None:
        try:
            self._given.append(call())
        except BaseException as error:  # noqa: BLE001 - who asks raises it
            self._raised.append(error)
        self._over.set()
