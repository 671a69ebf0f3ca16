"""What each fault on a way does to the connections and the data that it meets, and to no others."""

import asyncio
import os
import time

import pytest
from support.proxied import asked, behind, soon
from support.scripted import run

from suite.faults import Latency, Partition, Reset


def test_latency_delays_a_round_trip_twice_and_ends():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            await asked(reader, writer)
            number = server.begin(Latency("system", delay="50ms"), 0.4)
            await soon(lambda: server.stamp(number).began)
            assert 0.099 < await asked(reader, writer) < 0.3
            assert 0.099 < await asked(*await server.connect()) < 0.3  # one that came later
            await soon(lambda: server.stamp(number).ended)
            assert await asked(reader, writer) < 0.05
            return server.stamp(number)

    stamp = run(body())
    assert stamp.struck == 2
    assert (stamp.ended - stamp.began) * 1e-9 + 0.002 >= 0.4


def test_latency_in_one_direction_only():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            server.begin(Latency("system", delay="50ms", way="from"))
            await asyncio.sleep(0.01)
            assert 0.049 < await asked(reader, writer) < 0.095

    run(body())


def test_jitter_varies_the_delay_and_keeps_the_order():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            server.begin(Latency("system", delay="10ms", jitter="10ms", way="to"))
            await asyncio.sleep(0.01)
            times = [await asked(reader, writer) for _ in range(20)]
            numbers = [b"%04d" % number for number in range(200)]
            for number in numbers:
                writer.write(number)
                await asyncio.sleep(0)
            assert await reader.readexactly(800) == b"".join(numbers)
            return times

    times = run(body())
    assert max(times) > 2 * min(times)


def test_latency_grows_over_its_ramp():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            await asked(reader, writer)
            server.begin(Latency("system", delay="100ms", way="to"), ramp=1.0)
            early = await asked(reader, writer)
            await asyncio.sleep(0.5)
            middle = await asked(reader, writer)
            await asyncio.sleep(0.5)
            return early, middle, await asked(reader, writer)

    early, middle, late = run(body())
    assert early < middle < late
    assert late >= 0.099


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
    assert 0.2 < waited < 2
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


def test_a_share_of_the_connections():
    async def body():
        async with behind(seed=3) as server:
            made = [await server.connect() for _ in range(60)]
            for pair in made:
                await asked(*pair)
            number = server.begin(Reset("system", share="30%"), 0.1)
            await soon(lambda: server.stamp(number).ended)
            ends = await asyncio.gather(*(asked(*pair) for pair in made), return_exceptions=True)
            return sum(isinstance(end, Exception) for end in ends), server.stamp(number).struck

    ended, struck = run(body())
    assert ended == struck
    assert 6 <= struck <= 32


def test_a_ramp_meets_ever_more_connections():
    async def body():
        async with behind() as server:
            for pair in [await server.connect() for _ in range(40)]:
                await asked(*pair)
            number = server.begin(Reset("system"), ramp=0.4)
            await asyncio.sleep(0.2)
            half = server.stamp(number).struck
            await asyncio.sleep(0.4)
            return half, server.stamp(number).struck

    half, whole = run(body())
    assert 0 < half < whole == 40


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
