"""Peers that send without end: what they make of us is bounded, and timeouts come in time."""

import asyncio
import gzip
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from support.scripted import Visit, run, scripted
from support.wires import opened
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, Message, Ping, TextMessage

from suite.clients import Http, WebSocket, _unpack
from suite.clients._events import EventParser
from suite.clients._frame_intake import TURN
from suite.clients._inbox import Inbox
from suite.clients.errors import TooLarge

EMPTY_PART = b"\0\0"
"""A frame that goes on with a message and has nothing of it."""


def said(*events: Message | Ping) -> bytes:
    server = Connection(ConnectionType.SERVER)
    return b"".join(server.send(event) for event in events)


@contextmanager
def growth_below(most: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


def test_pings_of_a_peer_that_reads_nothing_are_answered_once() -> None:
    async def body() -> None:
        channel, wire = opened()
        channel.pause_writing()
        for number in range(5):
            channel.data_received(said(*(Ping(b"%d" % number) for _ in range(50))))
        assert wire.said == b""
        channel.resume_writing()
        assert len(wire.said) == 2 + 4 + 1
        channel.data_received(said(Ping(b"x")))
        assert len(wire.said) == 14

    run(body())


@pytest.mark.parametrize("frame", [said(Ping(b"")), b"\x8a\0"], ids=["pings", "pongs"])
@pytest.mark.parametrize("quick", [True, False])
def test_many_frames_leave_others_their_turn(frame: bytes, quick: bool) -> None:
    async def body() -> None:
        channel, wire = opened()
        end = said(TextMessage("end"))
        start = b"" if quick else said(TextMessage("a", message_finished=False), TextMessage("b"))
        channel.data_received(start + frame * (3 * TURN) + end)
        turns = 0
        while not wire.reading:
            turns += 1
            await asyncio.sleep(0)
        assert turns >= 3
        if not quick:
            assert channel.take()[0] == "ab"  # type: ignore[index]
        assert channel.take()[0] == "end"  # type: ignore[index]

    run(body())


def test_empty_parts_do_not_make_a_message_without_end() -> None:
    async def body() -> None:
        channel, _ = opened()
        channel.data_received(said(TextMessage("a", message_finished=False)) + EMPTY_PART * 5000)
        for _ in range(10):
            await asyncio.sleep(0)
        assert isinstance(channel.end, TooLarge)

    run(body())


def test_small_parts_take_no_more_than_what_is_in_them() -> None:
    inbox = Inbox(1 << 20)
    with growth_below(1_000_000):
        for _ in range(10_000):
            inbox.add(BytesMessage(b"ab", message_finished=False))
            inbox.add(BytesMessage(b"cd", message_finished=False))
        inbox.add(BytesMessage(b"", message_finished=True))
    found = inbox.take()
    assert found is not None
    assert found[0] == b"abcd" * 10_000


def test_what_nobody_receives_is_bounded_in_bytes() -> None:
    async def body() -> None:
        channel, wire = opened(limit=1 << 24)
        large = said(BytesMessage(bytes(700_000)))
        for _ in range(2):
            channel.data_received(large)
        assert not wire.reading
        channel.data_received(large * 3)  # what was under way
        assert channel.inbox._held == 1_400_000
        for _ in range(5):
            assert len(channel.take()[0]) == 700_000  # type: ignore[index]
        assert wire.reading

    run(body())


def test_many_small_messages_wait_until_somebody_receives() -> None:
    async def body() -> None:
        channel, wire = opened()
        channel.data_received(said(*(TextMessage(str(number)) for number in range(1000))))
        assert not wire.reading
        assert len(channel.inbox._queue) == 65
        assert [channel.take()[0] for _ in range(1000)] == [str(n) for n in range(1000)]  # type: ignore[index]
        assert wire.reading

    run(body())


@pytest.mark.parametrize("quick", [True, False])
def test_what_came_before_the_end_of_the_connection_is_received(quick: bool) -> None:
    async def body() -> None:
        channel, _ = opened()
        start = b"" if quick else said(TextMessage("a", message_finished=False), TextMessage("b"))
        channel.data_received(start + said(*(TextMessage(str(number)) for number in range(500))))
        channel.connection_lost(None)
        found = [channel.take()[0] for _ in range(500 + (not quick))]  # type: ignore[index]
        assert found == [*([] if quick else ["ab"]), *(str(number) for number in range(500))]

    run(body())


def test_an_upgrade_with_a_header_that_is_no_text_is_a_matter_of_the_protocol() -> None:
    for line in (b"upgrade: web\xffsocket\r\n", b"sec-websocket-protocol: \xff\r\n", b"connection: \xff\r\n"):

        async def script(visit: Visit, line: bytes = line) -> None:
            await visit.request()
            await visit.say(b"HTTP/1.1 101 x\r\n" + line + b"\r\n")
            await visit.request()

        async def body(script: object = script) -> str:
            async with scripted(script) as server:  # type: ignore[arg-type]
                try:
                    await WebSocket.connect(server.url.replace("http", "ws"))
                except Exception as error:
                    return getattr(error, "cause", repr(error))
            return ""

        assert run(body()) == "protocol"


def test_chunks_of_two_bytes_take_no_more_than_what_is_in_them() -> None:
    chunks = b"2\r\nab\r\n" * 100_000

    async def script(visit: Visit) -> None:
        while await visit.request():
            await visit.say(b"HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            with growth_below(4_000_000):
                assert (await http.get("/")).body == b"ab" * 100_000
            with growth_below(4_000_000):
                async with http.pipeline() as pipe:
                    answer = pipe.get("/")
                assert answer.result().body == b"ab" * 100_000

    run(body())


def test_trailers_of_a_pipelined_response_are_no_headers() -> None:
    async def script(visit: Visit) -> None:
        await visit.request()
        head = b"HTTP/1.1 200 x\r\na: b\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
        await visit.say(head + b"c: d\r\n" * 1000 + b"\r\n")
        await visit.request()

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            async with http.pipeline() as pipe:
                answer = pipe.get("/")
            assert dict(answer.result().headers) == {"a": "b", "transfer-encoding": "chunked"}

    run(body())


def test_short_lines_of_an_event_take_no_more_than_what_is_in_them() -> None:
    parser = EventParser(1 << 20)
    piece = b"data:ab\n" * 1000
    with growth_below(1_000_000):
        for _ in range(20):
            assert not list(parser.feed(piece))
    (event,) = parser.feed(b"\n")
    assert event.data == "\n".join(["ab"] * 20_000)


def test_a_small_body_does_not_unpack_to_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_unpack, "_ALWAYS", 100_000)
    bomb = gzip.compress(bytes(10_000_000), 9)
    with (
        growth_below(1_000_000),
        pytest.raises(ValueError, match="bytes when it is unpacked"),
    ):
        _unpack.unpacked(bomb, "gzip")
    assert _unpack.unpacked(gzip.compress(bytes(90_000)), "gzip") == bytes(90_000)
    with pytest.raises(ValueError, match="packed 4 times"):
        _unpack.unpacked(b"x", "gzip, gzip, gzip, gzip")
