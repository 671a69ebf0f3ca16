"""A system that is an object: built in its worker, with a loop running, and closed there."""

from __future__ import annotations

import asyncio
import ctypes
import gc
from typing import Any

from suite.contract.component import Component


def build_object(system: Component, runner: asyncio.Runner) -> Any:
    """The object. Raises whatever building it does."""

    async def built() -> Any:  # it may want a running loop to be made in
        return system.build()

    target = runner.run(built())
    gc.collect()
    # What building freed must not go back to the kernel later and pass for negative growth.
    ctypes.CDLL(None).malloc_trim(0)
    return target


def close_object(target: Any, runner: asyncio.Runner) -> None:
    """Have it close itself, if it can."""
    close = getattr(target, "close", None)
    if callable(close):
        result = close()
        if asyncio.iscoroutine(result):
            runner.run(result)
