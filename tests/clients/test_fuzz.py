"""Whatever a peer sends, however it is cut up, ends as an answer or as an error of ours."""

import asyncio
import os
import random
import socket
from collections.abc import Callable
from itertools import pairwise
from math import inf
from types import SimpleNamespace
from typing import Any

import pytest
from support.fuzzing import mutated_bytes
from support.scripted import run
from support.wires import Wire, opened
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

from suite.clients._body import StreamedBody
from suite.clients._channel import Channel
from suite.clients._events import EventParser
from suite.clients._link import Link
from suite.clients._pipeline import Pipe
from suite.clients.dicom.association import Association
from suite.clients.errors import ClientError

CASES = 20 * int(os.environ.get("LOADLEDGER_EXAMPLES", "10"))
LIMIT = 4096

Feed = Callable[[bytes], None]
"""Gives a client bytes as its transport would."""


class Reset(Wire):
    """A wire whose client has closed it: nothing more is fed then."""

    def __init__(self, end: socket.socket | None = None) -> None:
        super().__init__()
        self.closed = False
        self._end = end

    def abort(self) -> None:
        self.closed = True

    close = abort

    def get_extra_info(self, _name: str) -> socket.socket | None:
        return self._end


def websocket_feed() -> tuple[Feed, Callable[[], bool]]:
    channel, wire = opened(LIMIT)

    def feed(data: bytes) -> None:
        channel.data_received(data)
        if not wire.reading:
            while channel.inbox.take() is not None:
                pass
            channel._go_on()

    return feed, lambda: channel.end is not None


def upgrade_feed() -> tuple[Feed, Callable[[], bool]]:
    from wsproto.events import Request

    from suite.clients._inbox import Inbox

    channel = Channel(asyncio.get_running_loop(), None, Inbox(LIMIT), None)
    channel.connection_made(Reset())  # type: ignore[arg-type]
    channel.open(Request(host="a", target="/")).add_done_callback(lambda done: done.exception())
    return channel.data_received, lambda: channel.end is not None


def linked() -> tuple[Link, Reset]:
    link, wire = Link(asyncio.get_running_loop(), None, LIMIT), Reset()
    link.connection_made(wire)  # type: ignore[arg-type]
    return link, wire


def http_feed() -> tuple[Feed, Callable[[], bool]]:
    link, wire = linked()
    waiter = link.loop.create_future()
    waiter.add_done_callback(lambda done: done.exception())
    link.ask(b"GET / HTTP/1.1\r\n\r\n", waiter)
    return link.data_received, lambda: wire.closed


def stream_feed() -> tuple[Feed, Callable[[], bool]]:
    link, wire = linked()
    body = link.pipe = StreamedBody(link, LIMIT)
    parser = EventParser(LIMIT)

    def feed(data: bytes) -> None:
        link.data_received(data)
        while (found := body.take()) is not None:
            list(parser.feed(found[1]))

    return feed, lambda: wire.closed


def pipe_feed() -> tuple[Feed, Callable[[], bool]]:
    link, wire = linked()
    http: Any = SimpleNamespace(_limit=LIMIT, _limits=(inf,) * 4, _saw=None, _received=lambda *_: None)
    pipe = link.pipe = Pipe(http)
    pipe._link = link
    for _ in range(2):
        waiter = link.loop.create_future()
        waiter.add_done_callback(lambda done: done.exception())
        pipe._open.append((waiter, b"", None, None, 0.0))
    return link.data_received, lambda: wire.closed


def dicom_feed() -> tuple[Feed, Callable[[], bool]]:
    association = Association(30.0)
    with socket.socket() as end:
        wire = Reset(end)
        association.connection_made(wire)  # type: ignore[arg-type]
    association._socket.close()
    association._phase = "store"
    association._message_id = 1
    association._waiter = association._loop.create_future()
    association._waiter.add_done_callback(lambda done: done.exception())

    return association.data_received, lambda: association._end is not None


def frames() -> bytes:
    server = Connection(ConnectionType.SERVER)
    return b"".join(
        server.send(event)
        for event in (
            TextMessage("grüß"),
            BytesMessage(b"abc" * 100, message_finished=False),
            Ping(b"x"),
            BytesMessage(bytes(30)),
            Pong(b"y"),
            TextMessage("a"),
            CloseConnection(1000, "bye"),
        )
    )


RESPONSES = (
    b"HTTP/1.1 100 x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\nset-cookie: a=b\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n3\r\nall\r\n0\r\nx: y\r\n\r\n",
    b"HTTP/1.1 200 OK\ncontent-length : 1, 1\n x\n\na",
    b"HTTP/1.0 404 \xff\r\nx: \xff\r\n\r\nuntil the end",
)
EVENTS = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    b"12\r\nid: 1\ndata: gr\xc3\xbc\xc3\r\n5\r\n\x9f\n\r\n:\r\n8\r\nretry: 9\r\n2\r\n\n\n\r\n0\r\n\r\n"
)
UPGRADES = (
    b"HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: a\r\n\r\n",
    b"HTTP/1.1 403 No\r\ncontent-length: 4\r\n\r\nnono",
)
_SET = b"".join(
    element.to_bytes(4, "little") + len(value).to_bytes(4, "little") + value
    for element, value in ((0x01000000, b"\1\x80"), (0x01200000, b"\1\0"), (0x09000000, b"\0\0"))
)
PDUS = (
    b"\4\0" + (len(_SET) + 6).to_bytes(4, "big") + (len(_SET) + 2).to_bytes(4, "big") + b"\1\3" + _SET
    + b"\5\0\0\0\0\4\0\0\0\0" + b"\7\0\0\0\0\4\0\0\0\0" + b"\2\0\0\0\0\x44" + bytes(68)
)  # fmt: skip

TARGETS: dict[str, tuple[Callable[[], tuple[Feed, Callable[[], bool]]], tuple[bytes, ...]]] = {
    "websocket": (websocket_feed, (frames(),)),
    "upgrade": (upgrade_feed, UPGRADES),
    "http": (http_feed, RESPONSES),
    "stream": (stream_feed, (*RESPONSES, EVENTS)),
    "pipeline": (pipe_feed, tuple(one + two for one in RESPONSES[:2] for two in RESPONSES)),
    "dicom": (dicom_feed, (PDUS,)),
}


def cut(data: bytes, chance: random.Random) -> list[bytes]:
    places = sorted(
        {0, len(data), *(chance.randrange(len(data) + 1) for _ in range(chance.choice((0, 1, 5))))}
    )
    return [data[a:b] for a, b in pairwise(places) if a < b]


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_is_raised_at_the_event_loop(target: str) -> None:
    start, valid = TARGETS[target]
    chance = random.Random(target)

    async def body() -> None:
        for number in range(CASES):
            feed, ended = start()
            sent = mutated_bytes(chance.choice(valid), chance)
            for piece in cut(sent, chance):
                try:
                    feed(piece)
                except ClientError:
                    assert target == "stream"  # whoever reads gets it, not the event loop
                    break
                except Exception as error:
                    raise AssertionError(f"case {number} of {target}: {sent!r}") from error
                if ended():
                    break

    run(body())
