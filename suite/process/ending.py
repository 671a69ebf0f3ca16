"""The end of a process of ours in which code of users ran: it may have left what never ends."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from _thread import start_new_thread
from collections.abc import Iterator
from time import sleep  # neither is what a load file may put into its place

PATIENCE = 10.0
"""Seconds that threads and exit hooks of theirs have."""


@contextlib.contextmanager
def ending() -> Iterator[None]:
    """Around all that a process of ours does: see `end_within`."""
    try:
        yield
    finally:
        match sys.exception():
            case None | SystemExit(code=None):
                status = 0
            case SystemExit(code=int(code)):
                status = code
            case _:
                status = 1
        end_within(status)


def end_within(status: int) -> None:
    """Have this process, which is all ours and done, end with `status` after PATIENCE at the latest.

    Python waits for threads that are no daemons, and for functions given to `atexit`, without end.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    with contextlib.suppress(RuntimeError):  # no more threads may be had: then it ends as Python does
        start_new_thread(_end, (status, PATIENCE))


def _end(status: int, seconds: float) -> None:
    sleep(seconds)
    main = threading.main_thread()
    names = [one.name for one in threading.enumerate() if one is not main and not one.daemon]
    what = f"threads that are no daemons ({', '.join(names)})" if names else "functions given to atexit"
    with contextlib.suppress(OSError):
        os.write(
            2,
            f"suite: ended, though {what}, of a load file or what it imports, went on for {seconds:g} s "
            "after all was done\n".encode(errors="replace"),
        )
    os._exit(status)
