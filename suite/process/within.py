"""Calls that nobody waits for without end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from suite.process.background import Background

T = TypeVar("T")


def within(seconds: float, call: Callable[[], T]) -> T:
    """What `call` gives, or raises; TimeoutError after so many `seconds`.

    What waits for a peer that never answers is left at it.
    """
    return Background(call).result(seconds)
