"""Connections of the HTTP client: kept, lost, made anew, never made."""

import asyncio
import socket

import pytest
from support.scripted import Visit, answering, ok, run, scripted

from suite import Rejected
from suite.clients import Http
from suite.clients._link import Link
from suite.clients.errors import (
    ConnectFailed,
    ConnectionBroken,
    ConnectionEnded,
    ConnectTimedOut,
    UnexpectedStatus,
)


def test_a_body_that_lasts_until_the_connection_ends() -> None:
    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.say(b"HTTP/1.1 200 OK\r\n\r\nas long ")
        await visit.say(b"as it takes")

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            for _ in range(2):
                assert (await http.get("/")).body == b"as long as it takes"
            assert server.connections == 2

    run(body())


def test_a_head_response_with_a_body_costs_the_connection() -> None:
    async def body() -> None:
        async with scripted(answering(ok())) as server, await Http.connect(server.url) as http:
            assert (await http.head("/")).body == b""
            assert (await http.get("/")).body == b"hello"
            assert server.connections == 2

    run(body())


@pytest.mark.parametrize(
    "last", [ok(b"bye", b"connection: close"), ok(b"bye").replace(b"HTTP/1.1", b"HTTP/1.0")]
)
def test_a_server_that_announces_the_end_is_left(last: bytes) -> None:
    async def body() -> None:
        async with scripted(answering(ok(), last)) as server, await Http.connect(server.url) as http:
            bodies = [(await http.get("/")).body for _ in range(4)]
            assert bodies == [b"hello", b"bye", b"hello", b"bye"]
            assert server.connections == 2

    run(body())


def test_a_connection_that_ended_between_requests_is_made_anew() -> None:
    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.say(ok())

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            for count in range(1, 4):
                assert (await http.get("/")).status == 200
                assert server.connections == count
                await asyncio.sleep(0.02)  # time for the end to arrive

    run(body())


def test_what_nobody_asked_for_costs_the_connection() -> None:
    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.say(ok() + ok(b"more"))
        await visit.request()

    async def late(visit: Visit) -> None:
        await visit.request()
        await visit.say(ok())
        await asyncio.sleep(0.02)
        await visit.say(ok(b"408", status=b"408 Request Timeout"))
        await visit.request()

    async def body() -> None:
        for each in (script, late):
            async with scripted(each) as server, await Http.connect(server.url) as http:
                for _ in range(3):
                    assert (await http.get("/")).body == b"hello"
                    await asyncio.sleep(0.04)
                assert server.connections == 3

    run(body())


def test_a_reset_is_named() -> None:
    async def script(visit: Visit) -> None:
        await visit.request()
        visit.reset()

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            with pytest.raises(ConnectionBroken) as caught:
                await http.get("/")
            assert caught.value.cause == "reset"

    run(body())


def test_an_unexpected_status_keeps_the_connection() -> None:
    async def body() -> None:
        script = answering(ok(status=b"500 Oops"), ok(status=b"429 Slow Down"), ok())
        async with scripted(script) as server, await Http.connect(server.url) as http:
            with pytest.raises(UnexpectedStatus):
                await http.get("/")
            with pytest.raises(Rejected):
                await http.get("/", rejected=429)
            await http.get("/")
            assert server.connections == 1

    run(body())


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"])
def test_a_cancelled_request_does_not_answer_the_next_one(start: bytes) -> None:
    gone = asyncio.Event()

    async def script(visit: Visit) -> None:
        asked = await visit.request()
        if b"/slow" in asked:
            await visit.say(start)
            assert await visit.request() == b""
            gone.set()
        else:
            await visit.say(ok(b"quick"))
            await visit.request()
            await visit.say(ok(b"quick"))
            await visit.request()

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            task = asyncio.create_task(http.get("/slow"))
            await asyncio.sleep(0.02)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.wait_for(gone.wait(), 5)  # the server sees it at once, not at the next request
            for _ in range(2):
                assert (await http.get("/quick")).body == b"quick"
            assert server.connections == 2

    run(body())


def test_cancelled_just_when_the_response_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    complete = Link._complete

    async def body() -> None:
        async with scripted(answering(ok(b"1"), ok(b"2"))) as server, await Http.connect(server.url) as http:
            task = asyncio.create_task(http.get("/"))

            def cancelling(link: Link, keep: bool) -> None:
                complete(link, keep)
                task.cancel()

            with monkeypatch.context() as patch:
                patch.setattr(Link, "_complete", cancelling)
                with pytest.raises(asyncio.CancelledError):
                    await task
            assert (await http.get("/")).body == b"1"
            assert server.connections == 2

    run(body())


def test_a_second_request_at_the_same_time_is_refused() -> None:
    async def script(visit: Visit) -> None:
        while await visit.request():
            await asyncio.sleep(0.02)
            await visit.say(ok())

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            first = asyncio.create_task(http.get("/"))
            await asyncio.sleep(0)
            with pytest.raises(RuntimeError, match="one request at a time"):
                await http.get("/")
            assert (await first).body == b"hello"
            assert (await http.get("/")).body == b"hello"
            assert server.connections == 1

    run(body())


def test_closing_ends_a_request_under_way() -> None:
    async def body() -> None:
        async with scripted(lambda visit: asyncio.sleep(60)) as server:
            http = await Http.connect(server.url)
            task = asyncio.create_task(http.get("/"))
            await asyncio.sleep(0)
            await http.close()
            await http.close()
            with pytest.raises(ConnectionEnded):
                await task

    run(body())


def test_an_answer_before_the_request_was_read_costs_the_connection() -> None:
    async def script(visit: Visit) -> None:
        if visit.number == 1:
            await visit._reader.readuntil(b"\r\n\r\n")
            await visit.say(ok(status=b"413 Too Large"))
            await asyncio.sleep(60)
        else:
            await visit.request()
            await visit.say(ok())

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            assert (await http.post("/", body=bytes(20_000_000), expect=413)).status == 413
            assert (await http.get("/")).status == 200
            assert server.connections == 2

    run(body())


def test_nobody_listens() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

        async def body() -> None:
            with pytest.raises(ConnectFailed, match=str(port)) as caught:
                await Http.connect(f"http://127.0.0.1:{port}")
            assert caught.value.cause == "connect"

        run(body())


def test_nobody_accepts() -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        first.connect(full.getsockname())  # this fills the backlog
        second.setblocking(False)
        second.connect_ex(full.getsockname())

        async def body() -> None:
            with pytest.raises(ConnectTimedOut) as caught:
                await Http.connect(f"http://127.0.0.1:{full.getsockname()[1]}", timeout="50ms")
            assert isinstance(caught.value, TimeoutError)

        run(body())
