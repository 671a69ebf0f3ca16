"""Streams that end as they should not: cut off, malformed, too long, too late."""

import asyncio

import pytest
from support.scripted import Visit, ok, run, scripted
from support.streaming import (
    CHUNKED,
    END,
    EVENTS,
    SOON,
    UNTIL_THE_END,
    chunk,
    chunks_of,
    events,
    events_of,
    streaming,
)

from suite import Rejected
from suite.clients import Http
from suite.clients.errors import (
    ClientError,
    ConnectionBroken,
    ConnectionEnded,
    FirstByteTimedOut,
    ProtocolError,
    StreamCut,
    TooLarge,
    UnexpectedStatus,
    WholeTimedOut,
)

FAULTS: dict[str, tuple[list[bytes], type[Exception], str]] = {
    "nothing": ([], ConnectionEnded, "without a response"),
    "a head and no more": ([EVENTS], StreamCut, "before the end of the stream, after 0 chunks"),
    "half a chunk": (
        [EVENTS, events(b"a"), b"ff\r\ndata: b"], StreamCut, "in the middle of a chunk, after 1 chunk$",
    ),
    "no last chunk": (
        [EVENTS, events(b"a"), events(b"b")], StreamCut, "before the end of the stream, after 2 chunks",
    ),
    "less than its length": (
        [UNTIL_THE_END.replace(b"\r\nc", b"\r\ncontent-length: 99\r\nc"), b"data: a\n\n"],
        StreamCut, "before the end of the stream, after 1 chunk$",
    ),
    "half an event": (
        [UNTIL_THE_END, b"data: a\n\n", b"data: hal"], StreamCut, "in the middle of an event: b'data: hal'",
    ),
    "half an event in whole chunks": (
        [EVENTS, events(b"a"), chunk(b"event: x\n") + END], StreamCut, "in the middle of an event: b''",
    ),
    "no chunk": ([EVENTS, b"zz\r\n"], ProtocolError, "zz"),
    "no UTF-8": ([EVENTS, events(b"\xff")], ProtocolError, r"no UTF-8: b'\\xff'"),
    "no HTTP": ([b"SSH-2.0\r\n"], ProtocolError, "SSH"),
    "another type": (
        [ok(b"<p>", b"content-type: text/html")], ProtocolError,
        "answered with text/html where text/event-stream was awaited",
    ),
    "no type": ([ok(b"a")], ProtocolError, "answered with no content type"),
    "packed": (
        [EVENTS.replace(b"\r\nt", b"\r\ncontent-encoding: gzip\r\nt", 1) + END], ProtocolError,
        "packed with gzip",
    ),
    "an endless event": (
        [EVENTS, *[chunk(b"data: " + b"a" * 900)] * 3], TooLarge, "an event of more than 2,000 bytes",
    ),
    "an endless chunk": (
        [EVENTS, b"fffff\r\n", *[b"a" * 900] * 3], TooLarge, "a chunk of more than 2,000 bytes",
    ),
    "an endless head": ([b"HTTP/1.1 200 OK\r\nx: ", *[b"a" * 40_000] * 3], TooLarge, "headers of more than"),
    "204": ([b"HTTP/1.1 204 No Content\r\n\r\n"], UnexpectedStatus, "status 204$"),
    "404": ([ok(b"no such thing", status=b"404 No")], UnexpectedStatus, "status 404: no such thing$"),
    "500 that goes on": ([b"HTTP/1.1 500 Oh\r\n\r\n" + b"x" * 5000], UnexpectedStatus, "status 500: x{200}$"),
    "a redirect": ([ok(status=b"302 Found")], UnexpectedStatus, "status 302"),
    "rejected": ([ok(status=b"429 Wait")], Rejected, "status 429"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_servers_should_not_do(name: str) -> None:
    said, error, says = FAULTS[name]

    async def body(http: Http) -> None:
        with pytest.raises(error, match=says):
            await events_of(http, rejected=429)

    streaming(body, *said, closes=True, limit="2kB")


def test_a_connection_that_breaks_says_how_far_it_came() -> None:
    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.say(EVENTS + events(b"a"))
        await asyncio.sleep(0.02)
        visit.reset()

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            with pytest.raises(
                ConnectionBroken, match=r"reset.* before the end of the stream, after 1 chunk$"
            ):
                await events_of(http)

    run(body())


@pytest.mark.parametrize(
    ("said", "error", "says"),
    [
        ([], FirstByteTimedOut, "nothing was answered within 0.06 s"),
        ([CHUNKED], WholeTimedOut, "the answer was not complete within 0.09 s"),
        ([CHUNKED, chunk(b"a")], WholeTimedOut, "the answer was not complete within 0.09 s"),
        ([b"HTTP/1.1 500 Oh\r\ncontent-length: 9\r\n\r\n"], WholeTimedOut, "not complete"),
    ],
)
def test_what_does_not_come_in_time(said: list[bytes], error: type[ClientError], says: str) -> None:
    async def body(http: Http) -> None:
        with pytest.raises(error, match=says):
            await chunks_of(http, timeout=SOON)
        with pytest.raises(error, match=says):
            await chunks_of(http, timeout=SOON)

    assert streaming(body, *said)[1] == 2
