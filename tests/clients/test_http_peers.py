"""Beyond plain requests: Unix sockets, redirects, bodies in pieces, credentials, idle connections."""

import asyncio
import gzip
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from support.scripted import Visit, answering, ok, run, scripted

from suite import User
from suite.clients import Http
from suite.clients._origin import Origin
from suite.clients._tolerant import put_right
from suite.clients._unpack import unpacked
from suite.clients.errors import ConnectFailed, ConnectionEnded, UnexpectedStatus
from suite.contract.user import current_user
from suite.errors import ConfigurationError


def moved(to: str, status: bytes = b"302 Found") -> bytes:
    return ok(b"", b"location: " + to.encode(), status=status)


def heads(requests: list[bytes]) -> list[bytes]:
    return [each.split(b" HTTP")[0] for each in requests]


def counting(body: Any) -> Counter[str]:
    """The statuses that a user sees while `body` runs."""
    user = User.__new__(User)
    seen: Counter[str] = Counter()
    user.saw = lambda status: seen.update([status])  # type: ignore[method-assign, assignment]
    user.close_later = lambda client: None  # type: ignore[method-assign]
    current_user.set(user)
    try:
        run(body)
    finally:
        current_user.set(None)
    return seen


@pytest.mark.parametrize(
    "form", ["http+unix://{encoded}", "http+unix://{encoded}/api", "http+unix://{plain}"]
)
def test_a_server_on_a_unix_socket(tmp_path: Path, form: str) -> None:
    place = str(tmp_path / "app.sock")
    url = form.format(encoded=place.replace("/", "%2F"), plain=place)

    async def body() -> None:
        got: list[bytes] = []

        async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            got.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(ok())
            await writer.drain()
            writer.close()

        server = await asyncio.start_unix_server(visit, place)
        async with server, await Http.connect(url) as http:
            assert (await http.get("/items")).text == "hello"
        path = b"/api/items" if form.endswith("/api") else b"/items"
        assert got[0].startswith(b"GET " + path + b" HTTP/1.1\r\nhost: localhost\r\n")

    run(body())


def test_a_unix_socket_that_is_not_there_is_named(tmp_path: Path) -> None:
    async def body() -> None:
        with pytest.raises(ConnectFailed, match=r"absent\.sock"):
            await Http.connect(f"http+unix://{tmp_path}/absent.sock")
        with pytest.raises(ConfigurationError, match="write its whole path like http"):
            await Http.connect("http+unix://app.sock")

    run(body())


def test_redirects_are_followed_when_asked_and_counted_apart() -> None:
    async def body() -> None:
        answers = answering(moved("/two"), moved("three?x=1", b"301 Moved"), ok())
        async with scripted(answers) as server, await Http.connect(server.url + "/api") as http:
            assert (await http.get("/one", redirects=2, expect=200)).text == "hello"
            assert heads(server.requests) == [b"GET /api/one", b"GET /two", b"GET /three?x=1"]
        async with scripted(answering(moved("/two"))) as server, await Http.connect(server.url) as http:
            assert (await http.get("/one")).status == 302
            with pytest.raises(UnexpectedStatus, match="once more than allowed, to /two"):
                await http.get("/one", redirects=3)

    assert counting(body()) == {"302": 6, "301": 1, "200": 1}


@pytest.mark.parametrize(
    ("status", "again"),
    [(b"301 x", b"GET"), (b"302 x", b"GET"), (b"303 x", b"GET"), (b"307 x", b"POST"), (b"308 x", b"POST")],
)
def test_a_redirect_after_a_post(status: bytes, again: bytes) -> None:
    async def body() -> None:
        async with (
            scripted(answering(moved("/two", status), ok())) as server,
            await Http.connect(server.url) as http,
        ):
            await http.post("/one", json={"a": 1}, redirects=1, expect=200)
            assert server.requests[1].startswith(again + b" /two")
            assert server.requests[1].endswith(b'{"a":1}') == (again == b"POST")

    run(body())


def test_a_redirect_to_another_server_is_not_followed() -> None:
    async def body() -> None:
        async with (
            scripted(answering(moved("http://me:secret@example.com/"))) as server,
            await Http.connect(server.url) as http,
        ):
            with pytest.raises(UnexpectedStatus, match=r"to another server: http://example\.com") as caught:
                await http.get("/", redirects=1)
            assert "secret" not in str(caught.value)

    run(body())


async def _slowly() -> AsyncIterator[bytes]:
    for piece in (b"one", b"", b"two"):
        await asyncio.sleep(0)
        yield piece


@pytest.mark.parametrize("pieces", [_slowly, lambda: [b"one", b"two"], lambda: iter([b"onetwo"])])
def test_a_body_goes_out_while_it_is_made(pieces: Any) -> None:
    async def body() -> None:
        got: list[bytes] = []

        async def script(visit: Visit) -> None:
            while head := await visit.request():
                if b"chunked" in head:
                    got.append(await visit._reader.readuntil(b"0\r\n\r\n"))
                await visit.say(ok())

        async with scripted(script) as server, await Http.connect(server.url) as http:
            assert (await http.post("/up", body=pieces(), expect=200)).text == "hello"
            assert (await http.get("/next")).text == "hello"
            assert server.connections == 1
        sent = b"".join(got).replace(b"\r\n", b" ")
        assert sent in (b"3 one 3 two 0  ", b"6 onetwo 0  ")
        assert b"content-length" not in server.requests[0]

    run(body())


def test_a_large_body_in_pieces_waits_for_the_peer_and_stops_at_an_early_answer() -> None:
    made = 0

    def pieces() -> Any:
        nonlocal made
        for made in range(1, 2000):  # noqa: B007
            yield b"x" * 100_000

    async def body() -> None:
        async def script(visit: Visit) -> None:
            await visit.request()
            await visit.say(ok(b"too much", status=b"413 Content Too Large"))
            await asyncio.sleep(5)

        async with scripted(script) as server, await Http.connect(server.url) as http:
            found = await http.post("/up", body=pieces(), expect=413)
            assert (found.text, http._link.alive) == ("too much", False)  # type: ignore[union-attr]

    run(body())
    assert made < 500


def test_a_body_in_pieces_is_for_one_request() -> None:
    async def body() -> None:
        async with scripted(answering(ok())) as server, await Http.connect(server.url) as http:
            with pytest.raises(ValueError, match="for request alone"):
                await http.repeat(2, "POST", "/", body=iter([b"x"]))
            with pytest.raises(ValueError, match="give one of"):
                await http.post("/", body=iter([b"x"]), json=1)

    run(body())


@pytest.mark.parametrize(
    "url",
    [
        "http://me:secret@h:99999999",
        "http://me:secret@h/?q=1",
        "http://me:secret@h",
        "wss://me:secret@h",
        "ftp://me:secret@h",
        "http://me:sec/ret@h:1/",
    ],
)
def test_a_password_is_not_in_a_complaint(url: str) -> None:
    schemes = ("ws", "wss") if url.startswith("ws") else ("http", "https")
    with pytest.raises(ConfigurationError) as caught:
        Origin.of(url, schemes, None)
    assert "ret" not in str(caught.value)


def test_fragments_are_dropped() -> None:
    async def body() -> None:
        async with scripted(answering(ok())) as server, await Http.connect(server.url + "/api#top") as http:
            await http.get("/x?a=1#frag")
            assert heads(server.requests) == [b"GET /api/x?a=1"]

    run(body())


def _closing_when_idle(seconds: float) -> Any:
    async def script(visit: Visit) -> None:
        try:
            async with asyncio.timeout(10):
                while await visit.request():
                    await visit.say(ok())
                    if visit.number == 1:
                        await asyncio.sleep(seconds)
                        await visit._reader.readuntil(b"\r\n\r\n")  # it closes as the next request arrives
                        return
        except TimeoutError:
            pass

    return script


def test_an_idle_connection_that_the_server_closed_is_tried_once_more() -> None:
    async def body() -> None:
        async with scripted(_closing_when_idle(0.2)) as server, await Http.connect(server.url) as http:
            await http.get("/one", expect=200)
            await asyncio.sleep(0.3)
            assert (await http.get("/two", expect=200)).text == "hello"
            assert server.connections == 2

    assert counting(body()) == {"200": 2, "sent again": 1}


def test_what_may_not_be_repeated_says_that_the_server_closes_idle_connections() -> None:
    async def body() -> None:
        async with scripted(_closing_when_idle(0.2)) as server, await Http.connect(server.url) as http:
            await http.get("/one")
            await asyncio.sleep(0.3)
            with pytest.raises(ConnectionEnded, match=r"the server closes after about 0\.[34] s idle"):
                await http.post("/two", json={})
            assert server.connections == 1

    run(body())


def test_a_connection_that_was_not_idle_is_not_tried_again() -> None:
    async def body() -> None:
        async with scripted(_closing_when_idle(0.0)) as server, await Http.connect(server.url) as http:
            await http.get("/one")
            with pytest.raises(ConnectionEnded, match=r"without a response$"):
                await http.get("/two")

    run(body())


@pytest.mark.parametrize(
    ("coding", "body", "words"),
    [
        ("br", b"x", "packed with br; ask with accept-encoding: gzip, deflate"),
        ("gzip", b"hello", "the body is no gzip"),
        ("gzip", gzip.compress(bytes(range(200)), mtime=0)[:50], "ends in the middle of its gzip"),
    ],
)
def test_what_can_not_be_unpacked_says_why(coding: str, body: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        unpacked(body, coding)


def test_codings_are_undone_in_turn() -> None:
    assert unpacked(gzip.compress(gzip.compress(b"ok")), "gzip, identity, x-gzip") == b"ok"
    assert unpacked(b"", "gzip") == b""


def test_a_head_is_put_right_when_it_is_whole() -> None:
    assert put_right(b"HTTP/1.1 200 OK\nA: b\n c\n") is None
    interim = b"HTTP/1.1 100 Continue\n\n"
    assert put_right(interim) is None
    assert put_right(interim + b"HTTP/1.1 200 OK\nA: b\n c\n\nbody\n\n") == (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b c\r\n\r\nbody\n\n"
    )
