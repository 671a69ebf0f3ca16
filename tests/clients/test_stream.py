"""Responses that are read while they come, from servers that do what they should not, too."""

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest
from support.scripted import Visit, answering, ok, run, scripted
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

from suite import User
from suite.clients import Http
from suite.clients.errors import (
    ClientError,
    ConnectionEnded,
    UnexpectedStatus,
)
from suite.contract.user import current_user


def test_chunks_are_those_of_the_server_however_the_network_cuts_them_up() -> None:
    whole = chunk(b"one", b"two" * 1000, b"three") + END
    for size in (1 << 20, 1000, 31):
        pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
        found, connections = streaming(chunks_of, CHUNKED, *pieces)
        assert found == [b"one", b"two" * 1000, b"three"]
        assert connections == 1


def test_they_come_while_the_server_speaks() -> None:
    async def body() -> None:
        asked = asyncio.Event()

        async def script(visit: Visit) -> None:
            await visit.request()
            await visit.say(EVENTS + events(b"1"))
            await asked.wait()
            await visit.say(events(b"2") + END)
            await visit.request()

        async with (
            scripted(script) as server,
            await Http.connect(server.url) as http,
            http.stream("GET", "/") as stream,
        ):
            assert stream.status == 200
            assert stream.headers["transfer-encoding"] == "chunked"
            found = stream.events()
            assert (await anext(found)).data == "1"
            asked.set()
            assert [event.data async for event in found] == ["2"]

    run(body())


@pytest.mark.parametrize("said", [ok(b"ab"), b"HTTP/1.1 103 Hints\r\nx: y\r\n\r\n" + ok(b"ab")])
def test_a_body_with_a_length(said: bytes) -> None:
    found, connections = streaming(lambda http: twice(http), said)
    assert found == [[b"ab"], [b"ab"]]
    assert connections == 1


async def twice(http: Http) -> list[list[bytes]]:
    return [await chunks_of(http), await chunks_of(http)]


def test_the_end_of_the_connection_ends_a_stream_too() -> None:
    said = UNTIL_THE_END, b"data: a\n\n", b"data: b\n\n"
    assert streaming(events_of, *said, closes=True)[0] == ["a", "b"]


def test_a_connection_is_used_again_only_where_the_stream_was_read_whole() -> None:
    async def body(http: Http) -> list[str]:
        assert await events_of(http) == ["1", "2", "3"]
        assert (await http.get("/")).status == 200
        async with http.stream("GET", "/") as stream:
            async for _ in stream.events():
                break
        with pytest.raises(ConnectionEnded, match="the stream was left before its end"):
            [part async for part in stream]
        return await events_of(http)

    assert streaming(body, EVENTS + events(b"1"), events(b"2"), events(b"3") + END) == (["1", "2", "3"], 2)


def test_one_request_at_a_time() -> None:
    async def body(http: Http) -> None:
        async with http.stream("GET", "/"):
            with pytest.raises(RuntimeError, match="one request at a time"):
                await http.get("/")
            with pytest.raises(RuntimeError, match="one request at a time"):
                await chunks_of(http)
        with pytest.raises(RuntimeError, match="inside its block"):
            [part async for part in http.stream("GET", "/")]
        with pytest.raises(ValueError, match="redirects"):
            http.stream("GET", "/", redirects=1)
        with pytest.raises(ValueError, match="HEAD has no body"):
            http.stream("HEAD", "/")

    streaming(body, CHUNKED + chunk(b"a") + END)


def test_a_reader_that_is_slow_makes_the_server_wait() -> None:
    async def body() -> None:
        said = 0

        async def script(visit: Visit) -> None:
            nonlocal said
            await visit.request()
            await visit.say(CHUNKED)
            for _ in range(400):
                await visit.say(chunk(bytes(100_000)))
                said += 1
            await visit.say(END)
            await visit.request()

        async with scripted(script) as server, await Http.connect(server.url) as http:
            async with http.stream("GET", "/") as stream:
                await asyncio.sleep(0.3)
                assert said < 200
                assert sum([len(part) async for part in stream]) == 40_000_000
            assert server.connections == 1

    run(body())


def test_a_server_that_closed_an_idle_connection_is_asked_again() -> None:
    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.say(EVENTS + events(b"a") + END)
        if visit.number == 1:
            await visit.request()  # taken, and not answered

    async def body() -> None:
        user = User()
        user._statuses = Counter()
        token = current_user.set(user)
        async with scripted(script) as server, await Http.connect(server.url) as http:
            assert await events_of(http) == ["a"]
            await asyncio.sleep(0.25)
            assert await events_of(http) == ["a"]
            assert server.connections == 2
            assert {key[1]: n for key, n in user._statuses.items()} == {"200": 2, "sent again": 1}
        current_user.reset(token)

    run(body())


def test_statuses_and_cookies_are_seen() -> None:
    async def body() -> None:
        user = User()
        user._statuses = Counter()
        token = current_user.set(user)
        said = answering(ok(b"a", b"set-cookie: x=1"), ok(status=b"503 No"), b"")
        async with scripted(said) as server, await Http.connect(server.url) as http:
            assert await chunks_of(http) == [b"a"]
            with pytest.raises(UnexpectedStatus):
                await chunks_of(http)
            with pytest.raises(ClientError):
                await chunks_of(http, timeout=SOON)
            assert b"cookie: x=1" in server.requests[1].lower()
            assert {key[1]: n for key, n in user._statuses.items()} == {"200": 1, "503": 1, "unanswered": 1}
        current_user.reset(token)

    run(body())


def noting(marks: list[tuple[int, int]]) -> Callable[[int, int], int]:
    def note(since: int, at: int) -> int:
        marks.append((since, at))
        return at

    return note


def test_each_event_is_marked_with_the_one_before_it() -> None:
    marks: list[tuple[int, int]] = []

    async def body(http: Http) -> None:
        http._mark = noting(marks)
        assert await events_of(http) == ["1", "2", "3"]

    streaming(body, EVENTS, events(b"1"), chunk(b": ping\n\n"), events(b"2", b"3") + END)
    (none, first), (since, second), (last, third) = marks
    assert (none, since, last) == (0, first, second)
    assert 0 < first < second <= third


@pytest.mark.parametrize("said", [[], [EVENTS], [EVENTS, events(b"1")]])
def test_what_is_awaited_in_vain_is_marked(said: list[bytes]) -> None:
    marks: list[tuple[int, int]] = []

    async def body(http: Http) -> None:
        http._mark = noting(marks)
        with pytest.raises(TimeoutError):
            await events_of(http, timeout=SOON)

    streaming(body, *said)
    *came, (since, until) = marks
    assert until < 0
    assert since == (came[0][1] if said == [EVENTS, events(b"1")] else 0)


def test_a_stream_of_nothing_is_marked_as_that() -> None:
    marks: list[tuple[int, int]] = []

    async def body(http: Http) -> None:
        http._mark = noting(marks)
        assert await chunks_of(http) == []
        assert await events_of(http) == []

    streaming(body, EVENTS + END)
    assert [since for since, at in marks if at < 0] == [0, 0]
