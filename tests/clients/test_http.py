"""The HTTP client against servers over real sockets: good, bad and rude ones."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from support.scripted import Visit, answering, ok, run, scripted

from suite import Rejected, User
from suite.clients import Http
from suite.clients.errors import (
    ClientError,
    ConnectionEnded,
    ProtocolError,
    TooLarge,
    UnexpectedStatus,
)
from suite.contract.user import current_user
from suite.errors import ConfigurationError

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def test_a_session_keeps_one_connection() -> None:
    async def body() -> None:
        async with scripted(answering(ok())) as server, await Http.connect(server.url) as http:
            for _ in range(20):
                response = await http.get("/items", expect=200)
                assert (response.status, response.body, response.text) == (200, b"hello", "hello")
            assert server.connections == 1
            assert len(server.requests) == 20

    run(body())


def test_requests_on_the_wire() -> None:
    async def body() -> None:
        async with scripted(answering(ok())) as server:
            async with await Http.connect(server.url + "/api/", headers={"Accept": "text/plain"}) as http:
                await http.get("/a b?q=é")
                await http.post("/orders", json={"item": 7}, headers={"accept": "application/json"})
                await http.put("/raw", body=b"\0\1")
                await http.post("/empty")
                await http.delete("/items/1")
            host = server.url.removeprefix("http://").encode()
            common = b"host: " + host + b"\r\naccept: text/plain\r\n"
            assert server.requests[0] == b"GET /api/a%20b?q=%C3%A9 HTTP/1.1\r\n" + common + b"\r\n"
            assert server.requests[1] == (
                b"POST /api/orders HTTP/1.1\r\nhost: " + host + b"\r\naccept: application/json\r\n"
                b'content-type: application/json\r\ncontent-length: 10\r\n\r\n{"item":7}'
            )
            assert server.requests[2].endswith(common + b"content-length: 2\r\n\r\n\0\1")
            assert server.requests[3].endswith(common + b"content-length: 0\r\n\r\n")
            assert server.requests[4] == b"DELETE /api/items/1 HTTP/1.1\r\n" + common + b"\r\n"

    run(body())


@pytest.mark.parametrize(
    ("raw", "content"),
    [
        (CHUNKED + b"5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nt: 1\r\n\r\n", b"hello!"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + ok(), b"hello"),
        (b"\r\n" + ok(), b"hello"),
    ],
)  # fmt: skip
def test_ways_to_frame_a_response(raw: bytes, content: bytes) -> None:
    async def body() -> None:
        async with scripted(answering(raw)) as server, await Http.connect(server.url) as http:
            for _ in range(3):
                response = await http.get("/")
                assert response.body == content
                assert "link" not in response.headers
            assert server.connections == 1

    run(body())


def test_one_byte_at_a_time() -> None:
    async def script(visit: Visit) -> None:
        while await visit.request():
            for byte in ok(b"abc", b"x-a: 1", b"X-A:  2 "):
                await visit.say(bytes([byte]))
                await asyncio.sleep(0)

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            for _ in range(2):
                response = await http.get("/")
                assert response.body == b"abc"
                assert response.headers == {"content-length": "3", "x-a": "1, 2"}
            assert server.connections == 1

    run(body())


@pytest.mark.parametrize("headers", [b"content-length: 5", b"transfer-encoding: chunked", b"x-a: 1"])
def test_head_has_no_body_whatever_its_headers_say(headers: bytes) -> None:
    raw = b"HTTP/1.1 200 OK\r\n" + headers + b"\r\n\r\n"

    async def body() -> None:
        async with scripted(answering(raw, raw, ok())) as server, await Http.connect(server.url) as http:
            for _ in range(2):
                response = await http.head("/", expect=200)
                assert response.body == b""
                assert headers.decode() in [f"{name}: {value}" for name, value in response.headers.items()]
            assert (await http.get("/")).body == b"hello"
            assert server.connections == 1

    run(body())


@pytest.mark.parametrize(
    ("start", "error", "cause"),
    [
        (b"", ConnectionEnded, "closed"),
        (b"HTTP/1.1 200 OK\r\ncontent-le", ConnectionEnded, "closed"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", ConnectionEnded, "closed"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n", ConnectionEnded, "closed"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", ProtocolError, "protocol"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n", ProtocolError, "protocol"),
        (b"HTTP/1.1 200 OK\r\nx-a: " + b"a" * 200_000, TooLarge, "too-large"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000, TooLarge, "too-large"),
        (ok(b"b" * 300_000), TooLarge, "too-large"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["close", "half_close"])
def test_bad_answers_are_named_and_the_next_request_starts_clean(
    start: bytes, error: type[ClientError], cause: str, ending: str
) -> None:
    async def script(visit: Visit) -> None:
        await visit.request()
        if visit.number > 1:
            await visit.say(ok())
            return
        for at in range(0, len(start), 30_000):
            await visit.say(start[at : at + 30_000])
            await asyncio.sleep(0.001)
        if ending == "half_close":
            visit.half_close()
            await visit.request()

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url, limit="200kB") as http:
            with pytest.raises(error) as caught:
                await http.get("/")
            assert isinstance(caught.value, ClientError)
            assert caught.value.cause == cause
            assert str(caught.value)
            assert (await http.get("/")).body == b"hello"
            assert server.connections == 2

    run(body())


def test_an_upgrade_is_no_answer() -> None:
    raw = b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n\0\0"

    async def body() -> None:
        async with scripted(answering(raw)) as server, await Http.connect(server.url) as http:
            for count in (1, 2):
                assert (await http.get("/", expect=101)).status == 101
                assert server.connections == count

    run(body())


def test_expected_rejected_and_other_statuses() -> None:
    def answers(status: int) -> bytes:
        return ok(b"why " * 100, status=b"%d Whatever" % status)

    async def outcome(status: int, **options: Any) -> int:
        async with scripted(answering(answers(status))) as server, await Http.connect(server.url) as http:
            return (await http.get("/", **options)).status

    async def body() -> None:
        assert await outcome(200) == 200
        assert await outcome(302) == 302
        assert await outcome(404, expect=404) == 404
        assert await outcome(202, expect=(200, 202)) == 202
        assert await outcome(500, expect=range(500, 600), rejected=500) == 500
        with pytest.raises(Rejected, match="429"):
            await outcome(429, expect=200, rejected=429)
        with pytest.raises(Rejected, match="503"):
            await outcome(503, rejected={429, 503})
        with pytest.raises(Rejected, match="302"):
            await outcome(302, rejected=302)
        nothing: dict[str, int] = {}
        for status, options in (
            (404, nothing),
            (200, {"expect": 201}),
            (500, {"expect": 200, "rejected": 429}),
        ):
            with pytest.raises(UnexpectedStatus) as caught:
                await outcome(status, **options)
            assert caught.value.status == status
            assert caught.value.excerpt == ("why " * 50)
            assert str(caught.value).startswith(f"status {status}: why")
            assert caught.value.cause == "status"

    run(body())


def test_statuses_are_counted_on_the_user_that_connected() -> None:
    async def body() -> None:
        user = User()
        user._statuses = Counter()
        user._operation = "browse"
        script = answering(ok(), ok(status=b"429 Slow Down"), ok(status=b"500 Oops"), ok())
        async with scripted(script) as server:
            token = current_user.set(user)
            http = await Http.connect(server.url)
            current_user.reset(token)
            await http.get("/")
            with pytest.raises(Rejected):
                await http.get("/", rejected=429)
            with pytest.raises(UnexpectedStatus):
                await http.get("/")
            user._operation = "buy"
            await http.get("/")
            await http.close()
        assert user._statuses == {
            ("browse", "200"): 1,
            ("browse", "429"): 1,
            ("browse", "500"): 1,
            ("buy", "200"): 1,
        }

    run(body())


def test_a_body_larger_than_the_socket_takes_at_once() -> None:
    content = bytes(range(256)) * 40_000

    async def script(visit: Visit) -> None:
        while whole := await visit.request():
            await visit.say(ok(whole.partition(b"\r\n\r\n")[2]))

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            for _ in range(2):
                assert (await http.post("/echo", body=content)).body == content
            assert server.connections == 1

    run(body())


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:80", "ftp://host", "http://", "http://a:b", "http://u:p@host", "http://host/?q=1"]
)
def test_urls_that_make_no_sense(url: str) -> None:
    async def body() -> None:
        with pytest.raises(ConfigurationError, match="base URL"):
            await Http.connect(url)

    run(body())


def test_requests_that_can_not_be_sent() -> None:
    async def body() -> None:
        async with scripted(answering(ok())) as server, await Http.connect(server.url) as http:
            for method, path, options in (
                ("GET ", "/", {}),
                ("GET", "items", {}),
                ("GET", "/", {"headers": {"x": "a\r\nb: c"}}),
                ("GET", "/", {"headers": {"x y": "a"}}),
                ("POST", "/", {"headers": {"Content-Length": "3"}}),
                ("POST", "/", {"json": 1, "body": b"1"}),
                ("POST", "/", {"json": float("nan")}),
            ):
                with pytest.raises(ValueError):
                    await http.request(method, path, **options)
            with pytest.raises(TypeError):
                await http.post("/", json={"when": object()})
            assert (await http.post("/", json=None)).status == 200
            assert server.connections == 1

    run(body())


def test_on_the_standard_event_loop_too() -> None:
    async def body() -> None:
        async with scripted(answering(ok())) as server, await Http.connect(server.url) as http:
            for _ in range(3):
                assert (await http.post("/", body=bytes(1_000_000))).body == b"hello"
            assert server.connections == 1

    asyncio.run(body())


def test_localhost_by_name() -> None:
    async def body() -> None:
        async with scripted(answering(ok())) as server:
            http = await Http.connect(server.url.replace("127.0.0.1", "localhost"))
            assert (await http.get("/")).status == 200
            await http.close()

    run(body())
