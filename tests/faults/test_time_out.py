"""Time-out: a silence, and then the end."""

import time

from support.proxied import asked, behind, soon
from support.scripted import run

from suite.faults import Latency, TimeOut


def test_a_time_out_closes_after_a_silence():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            await asked(reader, writer)
            number = server.begin(TimeOut("system", after="50ms"))
            await soon(lambda: server.stamp(number).began)
            writer.write(b"x")
            assert await reader.read() == b""
            return time.monotonic_ns() - server.stamp(number).began

    assert run(body()) > 48_000_000


def test_a_time_out_outlives_other_faults_on_its_connection():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            await asked(reader, writer)
            number = server.begin(TimeOut("system", after="100ms"))
            other = server.begin(Latency("system", delay="1ms"), 0.01)
            await soon(lambda: server.stamp(other).ended)
            assert await reader.read() == b""
            return time.monotonic_ns() - server.stamp(number).began

    assert run(body()) > 98_000_000
