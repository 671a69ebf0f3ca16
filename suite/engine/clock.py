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

_libc = ctypes.PyDLL(None, use_errno=True)  # calls this short are dearer with the GIL let go in between
_settime = _libc.timerfd_settime
_settime.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
_TFD_TIMER_ABSTIME = 1
_CLOCK_MONOTONIC = 1

now = time.monotonic_ns
"""The one clock of the suite: CLOCK_MONOTONIC in nanoseconds, the same in every process."""

_ItimerSpec = ctypes.c_long * 4  # interval and value, each in seconds and nanoseconds


class KernelTimer:
    """A timer of the kernel at absolute monotonic times, read through its file `descriptor`."""

    def __init__(self, *, blocking: bool) -> None:
        self.descriptor: int = _libc.timerfd_create(
            _CLOCK_MONOTONIC, os.O_CLOEXEC | (0 if blocking else os.O_NONBLOCK)
        )
        if self.descriptor < 0:
            number = ctypes.get_errno()
            raise OSError(number, f"timerfd_create: {os.strerror(number)}")
        self._spec = _ItimerSpec()
        self._address = ctypes.addressof(self._spec)

    def set(self, at: int) -> None:
        """Expire once at monotonic nanosecond `at`; a time that has passed at once."""
        self._spec[2], self._spec[3] = divmod(max(at, 1), 1_000_000_000)
        _settime(self.descriptor, _TFD_TIMER_ABSTIME, self._address, None)

    def close(self) -> None:
        """Close it."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


class Alarm(KernelTimer):
    """Calls `callback` on `loop` at absolute monotonic times, one at a time.

    The last `spin` nanoseconds before each are spent watching the clock, since to be woken takes a while.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, callback: Callable[[], None], *, spin: int = 0
    ) -> None:
        super().__init__(blocking=False)
        self._loop = loop
        self._callback = callback
        self._spin = spin
        self._due = 0
        self._armed = False
        loop.add_reader(self.descriptor, self._fired)

    def set(self, at: int) -> None:
        """Fire once at monotonic nanosecond `at`; a time that has passed fires at once."""
        self._armed = True
        self._due = at
        self._spec[2], self._spec[3] = divmod(max(at - self._spin, 1), 1_000_000_000)
        _settime(self.descriptor, _TFD_TIMER_ABSTIME, self._address, None)

    def _fired(self) -> None:
        self._armed = False
        while now() < self._due:
            pass
        self._callback()
        # setting it anew has cleared the expiry already: one system call less for each start
        if not self._armed and self.descriptor >= 0:
            with contextlib.suppress(BlockingIOError):
                os.read(self.descriptor, 8)

    def close(self) -> None:
        """Stop watching and close."""
        if self.descriptor >= 0:
            self._loop.remove_reader(self.descriptor)
            super().close()


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
