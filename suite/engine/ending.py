"""The end of systems that need not wait for each other."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

from suite.contract.system import System


def stop_together(systems: Collection[System]) -> None:
    """Stop all at the same time. Raises what the first of them raises, once all have been stopped."""
    if not systems:
        return
    with ThreadPoolExecutor(len(systems)) as threads:
        stopped = [threads.submit(system.stop) for system in systems]
    for one in stopped:
        one.result()
