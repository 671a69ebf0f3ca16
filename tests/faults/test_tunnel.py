"""A connection through the proxy behaves as one without it, as long as no fault meets it."""

import asyncio
import contextlib
import hashlib
import os
import socket

import pytest
from support.proxied import asked, behind, echo, soon
from support.scripted import run

from suite.faults import Latency, Partition


def test_what_is_sent_comes_back_in_both_directions():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            for size in (1, 10, 1000, 100_000):
                await asked(reader, writer, os.urandom(size))
            writer.close()

    run(body())


def test_a_half_closed_connection_still_brings_the_answer():
    async def sums(reader, writer):
        whole = await reader.read()  # to the end
        writer.write(hashlib.sha256(whole).digest())

    async def body():
        async with behind(sums) as server:
            reader, writer = await server.connect()
            data = os.urandom(5_000_000)
            writer.write(data)
            writer.write_eof()
            assert await reader.read() == hashlib.sha256(data).digest()
            writer.close()

    run(body())


def test_a_reset_by_the_party_is_a_reset_for_the_client():
    async def resets(reader, writer):
        await reader.read(1)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        writer.transport.abort()

    async def body():
        async with behind(resets) as server:
            reader, writer = await server.connect()
            writer.write(b"x")
            with pytest.raises(ConnectionResetError):
                await reader.read(1)

    run(body())


def test_a_client_that_goes_is_gone_for_the_party_too():
    gone = []

    async def listens(reader, _writer):
        gone.append(await reader.read())

    async def body():
        async with behind(listens) as server:
            _, writer = await server.connect()
            writer.write(b"bye")
            writer.close()
            await soon(lambda: gone)
            await soon(lambda: not server.ways._entrances["system"].tunnels)

    run(body())
    assert gone == [b"bye"]


def test_a_party_that_is_not_there_is_a_reset():
    async def body():
        async with behind() as server:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = await server.ways.open("nobody", free.getsockname())
            reader, _ = await server.connect(port)
            with pytest.raises(ConnectionResetError):
                await reader.read(1)

    run(body())


@pytest.mark.parametrize("fault", [None, Latency("system", delay="5ms", jitter="5ms"), Partition("system")])
def test_who_reads_slowly_holds_the_sender_back_and_misses_nothing(fault):
    """Neither the proxy's memory nor the order of the bytes depends on who is how fast."""
    digest = hashlib.sha256()

    async def slow(reader, writer):
        while data := await reader.read(1 << 20):
            digest.update(data)
            await asyncio.sleep(0.001)
        writer.write(b"done")

    async def body():
        async with behind(slow) as server:
            reader, writer = await server.connect()
            if fault:
                server.begin(fault, 0.2)
            data = os.urandom(1 << 20)
            for _ in range(20):
                writer.write(data)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.1):
                    await writer.drain()
            (tunnel,) = server.ways._entrances["system"].tunnels
            assert tunnel.to._size < 2 << 20
            writer.write_eof()
            assert await reader.read() == b"done"
            return hashlib.sha256(data * 20).digest()

    assert run(body()) == digest.digest()


def test_many_connections_at_once():
    async def body():
        async with behind(echo) as server:

            async def one(number):
                reader, writer = await server.connect()
                await asked(reader, writer, b"%d" % number * 100)
                writer.close()

            await asyncio.gather(*(one(number) for number in range(200)))

    run(body())
