"""A server that streams what it is told to, and readers of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from support.scripted import Visit, run, scripted

from suite.clients import Http, Timeouts

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
EVENTS = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
)
UNTIL_THE_END = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
END = b"0\r\n\r\n"
SOON = Timeouts(first_byte="60ms", whole="90ms")


def chunk(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)


def events(*data: bytes) -> bytes:
    return chunk(*(b"data: " + one + b"\n\n" for one in data))


async def chunks_of(http: Http, path: str = "/", **options: Any) -> list[bytes]:
    async with http.stream("GET", path, **options) as stream:
        return [part async for part in stream]


async def events_of(http: Http, path: str = "/", **options: Any) -> list[str]:
    async with http.stream("GET", path, **options) as stream:
        return [event.data async for event in stream.events()]


def streaming(
    body: Callable[[Http], Awaitable[Any]], *said: bytes, closes: bool = False, **options: Any
) -> tuple[Any, int]:
    """What `body` makes of a server that says this to each request, piece by piece; its connections."""

    async def script(visit: Visit) -> None:
        while await visit.request():
            for piece in said:
                await visit.say(piece)
                await asyncio.sleep(0.002)
            if closes:
                return

    async def all_of_it() -> tuple[Any, int]:
        async with scripted(script) as server, await Http.connect(server.url, **options) as http:
            return await body(http), server.connections

    return run(all_of_it())
