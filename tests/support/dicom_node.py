"""A DICOM node in a thread, for those who talk to it from elsewhere."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvloop

from suite.clients.dicom import StoreNode


@contextmanager
def node_in_a_thread(*arguments, **options) -> Iterator[StoreNode]:
    """A running StoreNode."""
    started, nodes, ends = threading.Event(), [], []

    async def main():
        async with StoreNode(*arguments, **options) as node:
            nodes.append(node)
            end = asyncio.Event()
            ends.append((asyncio.get_running_loop(), end))
            started.set()
            await end.wait()

    thread = threading.Thread(target=lambda: uvloop.run(main()))
    thread.start()
    started.wait()
    try:
        yield nodes[0]
    finally:
        loop, end = ends[0]
        loop.call_soon_threadsafe(end.set)
        thread.join()
