"""Partition: nothing gets through while it lasts, and nothing is missing then."""

import asyncio
import os
import time

import pytest
from support.proxied import asked, behind, soon
from support.scripted import run

from suite.faults import Partition


def test_a_partition_lets_nothing_through_and_then_everything():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            await asked(reader, writer)
            number = server.begin(Partition("system"), 0.3)
            await soon(lambda: server.stamp(number).began)
            late_reader, late_writer = await server.connect()
            late_writer.write(b"late")
            data = os.urandom(100_000)
            writer.write(data)
            begun = time.monotonic()
            assert await reader.readexactly(len(data)) == data
            assert await late_reader.readexactly(4) == b"late"
            stamp = server.stamp(number)
            assert stamp.ended
            assert time.monotonic_ns() > stamp.ended
            return time.monotonic() - begun, stamp

    waited, stamp = run(body())
    assert waited > 0.2
    assert stamp.struck == 2


@pytest.mark.parametrize("way", ["to", "from"])
def test_a_partition_of_one_direction(way):
    seen = []

    async def tells(reader, writer):
        while data := await reader.read(100):
            seen.append(data)
            writer.write(data)

    async def body():
        async with behind(tells) as server:
            reader, writer = await server.connect()
            await asked(reader, writer)
            number = server.begin(Partition("system", way=way), 0.2)
            await soon(lambda: server.stamp(number).began)
            writer.write(b"y")
            await asyncio.sleep(0.05)
            arrived = seen == [b"x", b"y"]
            assert await reader.readexactly(1) == b"y"
            assert server.stamp(number).ended
            return arrived

    assert run(body()) == (way == "from")


def test_a_connection_made_in_a_partition_reaches_nobody_before_its_end():
    came = []

    async def greets(_reader, writer):
        came.append(time.monotonic_ns())
        writer.write(b"welcome")

    async def body():
        async with behind(greets) as server:
            number = server.begin(Partition("system", way="to"), 0.2)
            await soon(lambda: server.stamp(number).began)
            reader, _ = await server.connect()
            assert await reader.read() == b"welcome"
            assert came[0] > server.stamp(number).ended

    run(body())
