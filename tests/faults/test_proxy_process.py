"""The ways of the proxy's process, all together."""

import asyncio

from support.proxied import asked, behind, soon
from support.scripted import run

from suite.faults import Partition, Reset


def test_lifting_ends_all_faults_and_lets_none_begin():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            await asked(reader, writer)
            first = server.begin(Partition("system"))
            second = server.begin(Reset("system"), 1, after=0.05)
            await soon(lambda: server.stamp(first).began)
            writer.write(b"x")
            stamps = server.ways.lift()
            assert await reader.readexactly(1) == b"x"
            await asyncio.sleep(0.1)
            assert await asked(reader, writer) < 1
            return {stamp.number: stamp for stamp in stamps}, first, second

    stamps, first, second = run(body())
    assert stamps[first].ended > stamps[first].began > 0
    assert stamps[second].began == stamps[second].ended == 0
