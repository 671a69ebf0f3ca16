"""A system that is an object: built in its worker, with a loop running, and closed there."""

from __future__ import annotations

import asyncio
import ctypes
import gc
from inspect import isawaitable
from typing import Any

from suite.contract.component import Component
from suite.engine.bounded import awaited, bounded


def build_object(system: Component, runner: asyncio.Runner) -> Any:
    """The object. Raises whatever building it does."""

    async def built() -> Any:  # it may want a running loop to be made in
        return system.build()

    target = runner.run(built())
    gc.collect()
    # What building freed must not go back to the kernel later and pass for negative growth.
    ctypes.CDLL(None).malloc_trim(0)
    return target


def close_object(target: Any, runner: asyncio.Runner, seconds: float) -> None:
    """Have it close itself, if it can, within so many seconds. Raises whatever that raises."""
    close = getattr(target, "close", None)
    if callable(close):
        with bounded(seconds):
            result = close()
        if isawaitable(result):
            awaited(runner, result, seconds)
