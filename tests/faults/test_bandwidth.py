"""Bandwidth: all connections share what the way carries."""

import asyncio

from support.proxied import asked, behind
from support.scripted import run

from suite.faults import Bandwidth


def test_bandwidth_is_shared_by_all_connections():
    async def body():
        async with behind() as server:
            pairs = [await server.connect() for _ in range(2)]
            server.begin(Bandwidth("system", rate="500kB/s", way="from"))
            await asyncio.sleep(0.01)
            return max(
                await asyncio.gather(*(asked(reader, writer, bytes(100_000)) for reader, writer in pairs))
            )

    assert run(body()) > 0.39  # 200,000 bytes at 500,000 a second
