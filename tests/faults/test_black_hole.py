"""Black hole: what is sent is gone, and so is the connection at the end."""

import asyncio

import pytest
from support.proxied import behind, soon
from support.scripted import run

from suite.faults import BlackHole


def test_a_black_hole_swallows_and_resets_what_it_met_at_its_end():
    seen = []

    async def tells(reader, _writer):
        while data := await reader.read(100):
            seen.append(data)

    async def body():
        async with behind(tells) as server:
            reader, writer = await server.connect()
            await asyncio.sleep(0.02)
            number = server.begin(BlackHole("system"), 0.1)
            await soon(lambda: server.stamp(number).began)
            writer.write(b"gone")
            new, _ = await server.connect()
            for each in (reader, new):
                with pytest.raises(ConnectionResetError):
                    await each.read(1)
            assert server.stamp(number).ended

    run(body())
    assert seen == []
