"""A clock that wakes the loop at absolute times.

Event-loop timers are late by half a millisecond and more: they round to milliseconds and sit behind
ready callbacks. An absolute kernel timer, watched as a file descriptor, is late by some 20 µs.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import time
from collections.abc import Callable

_libc = ctypes.CDLL(None, use_errno=True)
_TFD_CLOEXEC_NONBLOCK = os.O_CLOEXEC | os.O_NONBLOCK
_TFD_TIMER_ABSTIME = 1
_CLOCK_MONOTONIC = 1

now = time.monotonic_ns
"""The one clock of the suite: CLOCK_MONOTONIC in nanoseconds, the same in every process."""


class _TimeSpec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


class _TimerSpec(ctypes.Structure):
    _fields_ = [("interval", _TimeSpec), ("value", _TimeSpec)]


class Alarm:
    """Calls `callback` on `loop` at absolute monotonic times, one at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
        self._descriptor: int = _libc.timerfd_create(_CLOCK_MONOTONIC, _TFD_CLOEXEC_NONBLOCK)
        if self._descriptor < 0:
            number = ctypes.get_errno()
            raise OSError(number, f"timerfd_create: {os.strerror(number)}")
        self._loop = loop
        self._callback = callback
        self._spec = _TimerSpec()
        loop.add_reader(self._descriptor, self._fired)

    def set(self, at: int) -> None:
        """Fire once at monotonic nanosecond `at`; a time that has passed fires at once."""
        value = self._spec.value
        value.seconds, value.nanoseconds = divmod(max(at, 1), 1_000_000_000)
        _libc.timerfd_settime(self._descriptor, _TFD_TIMER_ABSTIME, ctypes.byref(self._spec), None)

    def _fired(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._descriptor, 8)
        self._callback()

    def close(self) -> None:
        """Stop watching and close."""
        if self._descriptor >= 0:
            self._loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1


async def sleep_until(at: int) -> None:
    """Sleep until monotonic nanosecond `at`, precisely."""
    loop = asyncio.get_running_loop()
    due: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not due.done():
            due.set_result(None)

    alarm = Alarm(loop, wake)
    alarm.set(at)
    try:
        await due
    finally:
        alarm.close()
