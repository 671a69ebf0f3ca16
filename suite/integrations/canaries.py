"""Canaries: what the machine itself does in a history, apart from any system.

Where one of them moves with a metric, it was the machine. `suite ab` has the same work done on every turn.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any

from suite import Component, Server, User, Workload, closed_loop, operation
from suite.measure.known_work import spin, sync


class BareMachine:
    """Nothing but the machine, and a folder for the round's file."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix=f"loadledger-{os.getpid()}-")
        self.file = Path(self._folder.name) / "canary"

    def close(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()


class Spinner(User):
    """Computes."""

    @operation
    def spin(self) -> None:
        """A fixed loop in the interpreter."""
        spin()


class Writer(User):
    """Writes, and waits for the disk."""

    machine: BareMachine

    def connect(self, system: Any) -> None:
        """Keep the folder."""
        self.machine = system

    @operation
    def sync(self) -> None:
        """One block of 4 KiB, written through."""
        sync(self.machine.file)


async def echo(system: Server) -> None:
    """Send every byte back, until the end."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(64):
                writer.write(data)
        writer.close()

    server = await asyncio.start_server(answer, system.host, system.port)
    async with server:
        await server.serve_forever()


class Pinger(User):
    """Plays ping-pong with one byte over one connection."""

    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter]

    async def connect(self, system: Any) -> None:
        """Open the connection."""
        self.streams = await asyncio.open_connection(system.host, system.port)

    async def close(self) -> None:
        """Close it."""
        writer = self.streams[1]
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    @operation
    async def ping(self) -> None:
        """There and back."""
        reader, writer = self.streams
        writer.write(b"c")
        await reader.readexactly(1)


_LOOP = closed_loop(seconds=2, warmup=0.2)
_BRIEF = closed_loop(seconds=0.3, warmup=0.1)
_TAGS = {"machine", "tour"}

cpu = Workload(
    "canary/cpu",
    Component(BareMachine),
    Spinner,
    loop=_LOOP,
    quick=_BRIEF,
    tags=_TAGS,
    description="the machine alone: a fixed loop of the interpreter",
)
fsync = Workload(
    "canary/fsync",
    Component(BareMachine),
    Writer,
    loop=_LOOP,
    quick=_BRIEF,
    tags=_TAGS,
    description="the machine alone: 4 KiB written and synced",
)
loopback = Workload(
    "canary/loopback",
    Server(echo),
    Pinger,
    loop=_LOOP,
    quick=_BRIEF,
    tags=_TAGS,
    description="the machine alone: a byte there and back over loopback TCP",
)
