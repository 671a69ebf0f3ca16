"""Imports: without garbage collections, and of code that may change what is the whole process's."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Iterator

_NEVER = 2**31 - 1


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """No collection inside, unless what is imported sets a threshold: what imports make stays, and to look at
    it again and again is a quarter of their time.
    """
    before = gc.get_threshold()
    gc.set_threshold(_NEVER)
    try:
        yield
    finally:
        if gc.get_threshold()[0] == _NEVER:
            gc.set_threshold(*before)


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """Have what code of a user does to the process go with it: which folder it is in, where it writes to.

    A path that the user gave us means the folder that they are in, whatever is imported first.
    """
    here = os.open(".", os.O_PATH | os.O_CLOEXEC)
    streams = sys.stdout, sys.stderr
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams
        os.fchdir(here)
        os.close(here)
