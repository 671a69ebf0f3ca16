"""Slow close: the end is heard late."""

import asyncio
import time

from support.proxied import behind, soon
from support.scripted import run

from suite.faults import SlowClose


def test_a_slow_close_is_heard_late():
    heard = []

    async def listens(reader, _writer):
        await reader.read()
        heard.append(time.monotonic())

    async def body():
        async with behind(listens) as server:
            _, writer = await server.connect()
            server.begin(SlowClose("system", delay="100ms"))
            await asyncio.sleep(0.01)
            closed = time.monotonic()
            writer.close()
            await soon(lambda: heard)
            return heard[0] - closed

    assert run(body()) > 0.099
