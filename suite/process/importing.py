"""Imports without garbage collections."""

from __future__ import annotations

import contextlib
import gc
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
