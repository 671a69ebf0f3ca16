"""Faults that choose among HTTP requests."""

import asyncio
import contextlib
import time

from support.proxied import asked, behind, soon
from support.scripted import run

from suite.faults import Every, First, Latency, Reset


async def web(reader, writer):
    """Answers each request with its path."""
    with contextlib.suppress(asyncio.IncompleteReadError):
        while head := await reader.readuntil(b"\r\n\r\n"):
            path = head.split()[1]
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(path), path))


async def get(pair, path):
    reader, writer = pair
    writer.write(b"GET %s HTTP/1.1\r\nhost: x\r\n\r\n" % path)
    await reader.readuntil(b"\r\n\r\n")
    assert await reader.readexactly(len(path)) == path


def test_the_first_requests_are_reset_and_no_others():
    async def body():
        async with behind(web, http=True) as server:
            await get(await server.connect(), b"/before")
            number = server.begin(Reset("system", requests=First(2)))
            await soon(lambda: server.stamp(number).began)
            ends = []
            for _ in range(5):
                try:
                    ends.append(await get(await server.connect(), b"/x"))
                except (ConnectionError, asyncio.IncompleteReadError):
                    ends.append("lost")
            return ends, server.stamp(number).struck

    assert run(body()) == (["lost", "lost", None, None, None], 2)


def test_every_third_request_is_late():
    async def body():
        async with behind(web, http=True) as server:
            reader, writer = await server.connect()
            number = server.begin(Latency("system", delay="60ms", way="to", requests=Every(3)))
            await soon(lambda: server.stamp(number).began)
            times = []
            for path in (b"/1", b"/2", b"/3", b"/4", b"/5", b"/6"):
                begun = time.monotonic()
                await get((reader, writer), path)
                times.append(time.monotonic() - begun)
            return times, server.stamp(number).struck

    times, struck = run(body())
    assert struck == 2
    assert min(times[2], times[5]) > 0.059
    assert sorted(times)[0] < 0.059


def test_what_is_not_http_has_no_requests():
    async def body():
        async with behind(http=True) as server:
            reader, writer = await server.connect()
            number = server.begin(Reset("system", requests=First(5)))
            await soon(lambda: server.stamp(number).began)
            for _ in range(3):
                await asked(reader, writer, bytes(1000))
            return server.stamp(number).struck

    assert run(body()) == 0
