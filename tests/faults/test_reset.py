"""Reset: connections end, old and new."""

import pytest
from support.proxied import asked, behind, soon
from support.scripted import run

from suite.faults import Reset


def test_a_reset_ends_connections_and_new_ones_as_long_as_it_lasts():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            await asked(reader, writer)
            number = server.begin(Reset("system"), 0.2)
            with pytest.raises(ConnectionResetError):
                await reader.read(1)
            with pytest.raises(ConnectionError):
                await asked(*await server.connect())
            await soon(lambda: server.stamp(number).ended)
            await asked(*await server.connect())
            return server.stamp(number).struck

    assert run(body()) == 2
