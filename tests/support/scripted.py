"""A server over real sockets that says exactly what a test wants, and counts what it saw."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import uvloop


def run(body: Coroutine[Any, Any, Any]) -> Any:
    """Run a test's body on uvloop, at most 30 s."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(asyncio.wait_for(body, 30))


class Visit:
    """One connection to a scripted server."""

    def __init__(
        self, server: "Scripted", reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.number = server.connections
        self._server = server
        self._reader = reader
        self._writer = writer

    async def request(self) -> bytes:
        """The next request, headers and body; empty at the end of the connection."""
        try:
            head = await self._reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return b""
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        whole = head + await self._reader.readexactly(length)
        self._server.requests.append(whole)
        return whole

    async def say(self, data: bytes) -> None:
        """Send `data` now."""
        self._writer.write(data)
        await self._writer.drain()

    def half_close(self) -> None:
        """Say that nothing more will come, and keep on listening."""
        self._writer.write_eof()

    def reset(self) -> None:
        """Close with a reset instead of an end."""
        self._writer.get_extra_info("socket").setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")  # SO_LINGER, 0 s
        self._writer.transport.abort()


class Scripted:
    """What a scripted server saw, and where it is."""

    def __init__(self) -> None:
        self.url = ""
        self.connections = 0
        self.requests: list[bytes] = []


Script = Callable[[Visit], Awaitable[object]]


@asynccontextmanager
async def scripted(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[Scripted]:
    """Serve every connection with `script`; the connection closes when it returns."""
    seen = Scripted()
    tasks: set[asyncio.Task[Any]] = set()

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await script(Visit(seen, reader, writer))
        finally:
            tasks.discard(task)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    server = await asyncio.start_server(visit, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    seen.url = f"http{'s' if tls else ''}://127.0.0.1:{port}"
    try:
        yield seen
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def answering(*answers: bytes) -> Script:
    """A script that gives these answers to the requests of a connection, the last one for ever."""

    async def script(visit: Visit) -> None:
        count = 0
        while await visit.request():
            await visit.say(answers[min(count, len(answers) - 1)])
            count += 1

    return script


def ok(body: bytes = b"hello", *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """A response with a content-length."""
    length = b"content-length: %d" % len(body)
    return b"HTTP/1.1 " + b"\r\n".join([status, length, *headers, b"", body])
