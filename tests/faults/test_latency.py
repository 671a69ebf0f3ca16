"""Latency: all of it is late, in order, and only while it lasts."""

import asyncio

from support.proxied import asked, behind, soon
from support.scripted import run

from suite.faults import Latency


def test_latency_delays_a_round_trip_twice_and_ends():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            await asked(reader, writer)
            number = server.begin(Latency("system", delay="50ms"), 0.4)
            await soon(lambda: server.stamp(number).began)
            assert await asked(reader, writer) > 0.099
            assert await asked(*await server.connect()) > 0.099  # one that came later
            await soon(lambda: server.stamp(number).ended)
            assert min([await asked(reader, writer) for _ in range(5)]) < 0.1
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
            assert 0.049 < min([await asked(reader, writer) for _ in range(5)]) < 0.1

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
            server.begin(Latency("system", delay="100ms", way="to"), ramp=0.5)
            early = await asked(reader, writer)
            await asyncio.sleep(0.25)
            middle = await asked(reader, writer)
            await asyncio.sleep(0.25)
            return early, middle, await asked(reader, writer)

    early, middle, late = run(body())
    assert early < middle < late
    assert late >= 0.099
