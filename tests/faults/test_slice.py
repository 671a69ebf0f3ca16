"""Slice: small parts, a pause apart."""

import asyncio
from types import SimpleNamespace

from support.proxied import behind
from support.scripted import run

from suite.faults import Slice
from suite.faults.way_fault import Piece


def test_sliced_data_comes_in_parts():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            server.begin(Slice("system", size=3, pause="5ms", way="from"))
            await asyncio.sleep(0.01)
            writer.write(b"0123456789")
            parts = []
            while len(b"".join(parts)) < 10:
                parts.append(await reader.read(100))
            return parts

    parts = run(body())
    assert parts[0] == b"012"
    assert len(parts) > 1
    assert b"".join(parts) == b"0123456789"


def test_slices_are_a_pause_apart():
    force = SimpleNamespace(strength=lambda: 1.0)
    parts = Slice("system", size=4, pause=0.5).carry([Piece(1.0, b"0123456789", True)], force)
    assert parts == [(1.0, b"0123", True), (1.5, b"4567", True), (2.0, b"89", True)]
