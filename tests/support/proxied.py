"""A server behind the proxy's ways, all in one event loop: faults begin and end when a test says so."""

import asyncio
import contextlib
import time

from suite.faults.proxy_process import PlannedFault, Ways


async def echo(reader, writer):
    """Give back what comes, to the end of it."""
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


class Behind:
    """A server at `target`, and the `port` of the proxy that leads to it."""

    def __init__(self, ways, target, port):
        self.ways = ways
        self.target = target
        self.port = port
        self.writers = []
        self._number = 0

    async def connect(self, port=None):
        """Reader and writer of a connection through the proxy."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port or self.port)
        self.writers.append(writer)
        return reader, writer

    def begin(self, fault, lasting=None, *, after=0.0, ramp=0.0):
        """Let a fault begin, for so many seconds; its number."""
        begins = time.monotonic_ns() + round(after * 1e9)
        ends = None if lasting is None else begins + round(lasting * 1e9)
        self._number += 1
        self.ways.plan([PlannedFault(self._number, fault, begins, ends, ramp)])
        return self._number

    def stamp(self, number):
        """What became of it."""
        return next(one for one in self.ways.stamps() if one.number == number)


@contextlib.asynccontextmanager
async def behind(handler=echo, *, seed=1, http=False):
    """A server whose connections `handler` serves, behind a proxy."""
    at_work = set()

    async def handle(reader, writer):
        at_work.add(writer)
        with contextlib.suppress(ConnectionError):
            await handler(reader, writer)
        writer.close()
        at_work.discard(writer)

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    target = server.sockets[0].getsockname()
    ways = Ways(seed)
    here = Behind(ways, target, await ways.open("system", target, http=http))
    try:
        yield here
    finally:
        ways.close()
        server.close()
        for writer in here.writers:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
        await soon(lambda: not at_work)


async def asked(reader, writer, data=b"x"):
    """Send and have it back; the seconds that it took."""
    begun = time.perf_counter()
    writer.write(data)
    assert await reader.readexactly(len(data)) == data
    return time.perf_counter() - begun


async def soon(condition, seconds=5.0):
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not come"
        await asyncio.sleep(0.005)
