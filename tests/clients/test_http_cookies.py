"""What a server sets comes back to it, and nothing else does."""

import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scripted import Visit, answering, ok, run, scripted

from suite.clients import Http
from suite.clients._cookies import CookieJar, path_of
from suite.clients._response import sets_cookies

REQUEST = b"GET /shop/items?q=1 HTTP/1.1\r\nhost: a\r\n\r\n"


def jar(*lines: str, path: str = "/shop/items", secure: bool = False) -> CookieJar:
    made = CookieJar("shop.example", secure=secure)
    for line in lines:
        made.take(b"HTTP/1.1 200 OK\r\nSet-Cookie: " + line.encode() + b"\r\n\r\n", path)
    return made


@pytest.mark.parametrize(
    ("lines", "path", "sent"),
    [
        (["a=1"], "/shop/items", "a=1"),
        (["a=1"], "/shop/other", "a=1"),
        (["a=1"], "/shop", "a=1"),
        (["a=1"], "/", ""),
        (["a=1"], "/shopping", ""),
        (["a=1; Path=/"], "/", "a=1"),
        (["a=1; path=nonsense"], "/shop/x", "a=1"),
        (["a=1", "b=2; Path=/shop/items", "c=3; Path=/"], "/shop/items/7", "b=2; a=1; c=3"),
        (["a=1", "a=2"], "/shop/items", "a=2"),
        (["a=1", "a=2; Path=/shop/items"], "/shop/items", "a=2; a=1"),
        (["a=1", "a=; Max-Age=0"], "/shop/items", ""),
        (["a=1", "a=x; Max-Age=-5"], "/shop/items", ""),
        (["a=1; Max-Age=1000; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], "/shop/items", "a=1"),
        (["a=1", "a=x; Expires=Thu, 01-Jan-1970 00:00:00 GMT"], "/shop/items", ""),
        (["a=1; Expires=whenever; Max-Age=soon"], "/shop/items", "a=1"),
        (["a=1; Expires=" + formatdate(time.time() + 5000, usegmt=True)], "/shop/items", "a=1"),
        (["a=1; Secure"], "/shop/items", ""),
        (["a=1; HttpOnly; SameSite=Lax; Whatever"], "/shop/items", "a=1"),
        (["a=1; Domain=shop.example"], "/shop/items", "a=1"),
        (["a=1; Domain=.example"], "/shop/items", "a=1"),
        (["a=1; Domain=elsewhere.example"], "/shop/items", ""),
        (["a=1; Domain=hop.example"], "/shop/items", ""),
        (['a="1 2"=3'], "/shop/items", 'a="1 2"=3'),
        (["  a =  1 ;Path=/"], "/shop/items", "a=1"),
        (["bare"], "/shop/items", "bare"),
        (["=", "", ";"], "/shop/items", ""),
    ],
)  # fmt: skip
def test_what_is_sent_back(lines: list[str], path: str, sent: str) -> None:
    assert jar(*lines).line(path) == sent


def test_over_tls_secure_cookies_are_sent() -> None:
    assert jar("a=1; Secure", secure=True).line("/shop/items") == "a=1"


def test_a_cookie_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = jar("a=1; Max-Age=100", "b=2")
    now = time.time()
    assert kept.values() == {"a": "1", "b": "2"}
    monkeypatch.setattr("time.time", lambda: now + 101)
    assert kept.values() == {"b": "2"}
    assert kept.line("/shop/x") == "b=2"


def test_a_server_can_not_fill_our_memory() -> None:
    assert len(jar(*(f"n{i}=1" for i in range(2000))).values()) == 300


def test_where_the_line_goes() -> None:
    kept = jar("a=1")
    assert path_of(REQUEST) == "/shop/items"
    assert kept.applied(REQUEST) == b"GET /shop/items?q=1 HTTP/1.1\r\ncookie: a=1\r\nhost: a\r\n\r\n"
    own = REQUEST.replace(b"host: a\r\n", b"host: a\r\ncookie: mine=1\r\n")
    assert kept.applied(own).count(b"cookie: ") == 1
    assert b"\r\ncookie: a=1; mine=1\r\n" in kept.applied(own)
    other = REQUEST.replace(b"/shop", b"/else")
    assert kept.applied(other) == other


@given(st.binary(max_size=3000), st.sampled_from([b"Set-Cookie", b"set-cookie", b"SET-COOKIE"]))
def test_cookies_are_not_overlooked(rest: bytes, name: bytes) -> None:
    text = rest.replace(b"\r", b"").replace(b"\n", b"")
    assert sets_cookies(b"HTTP/1.1 200 OK\r\nx: " + text + b"\r\n" + name + b": a=1\r\n\r\n" + rest)
    assert not sets_cookies(b"HTTP/1.1 200 OK\r\nx: 1\r\n\r\n" + b" " * 3000 + b"Set-Cookie: a=1")


@given(st.text(st.characters(codec="latin-1"), max_size=60))
def test_no_line_makes_us_stumble(line: str) -> None:
    kept = CookieJar("a", secure=True)
    raw = line.replace("\r", "").replace("\n", "").encode("latin-1")
    kept.take(b"HTTP/1.1 200 OK\r\nSet-Cookie: " + raw + b"\r\n\r\n", "/")
    assert b"\r\n\r\n" in kept.applied(REQUEST)


def test_a_session_logs_in() -> None:
    async def script(visit: Visit) -> None:
        while request := await visit.request():
            if b"POST /login " in request:
                await visit.say(ok(b"", b"Set-Cookie: session=s1; Path=/; HttpOnly", b"set-cookie: a=b"))
            elif b"/logout" in request:
                await visit.say(ok(b"", b"Set-Cookie: session=; Path=/; Max-Age=0"))
            else:
                await visit.say(ok(b"in" if b"session=s1" in request else b"out"))

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            assert http.cookies == {}
            seen = [(await http.get("/")).body]
            await http.post("/login", json={"name": "x"})
            assert http.cookies == {"session": "s1", "a": "b"}
            seen += [(await http.get("/")).body, (await http.post("/", body=b"1")).body]
            async with http.pipeline() as pipe:
                answer = pipe.get("/")
                pipe.get("/logout")
            seen.append(answer.result().body)
            seen.append((await http.get("/")).body)
            assert seen == [b"out", b"in", b"in", b"in", b"out"]
            other = await Http.connect(server.url)
            assert (await other.get("/")).body == b"out"
            await other.close()

    run(body())


def test_cookies_behind_an_announcement() -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nlink: " + b"a" * 2000 + b"\r\nset-cookie: no=1\r\n\r\n"

    async def body() -> None:
        script = answering(hints + ok(b"", b"Set-Cookie: yes=1"))
        async with scripted(script) as server, await Http.connect(server.url) as http:
            await http.get("/")
            assert http.cookies == {"yes": "1"}

    run(body())


def test_the_same_cookie_again_and_again() -> None:
    async def body() -> None:
        async with scripted(answering(ok(b"", b"Set-Cookie: a=1"))) as server:
            async with await Http.connect(server.url) as http:
                for _ in range(3):
                    await http.get("/")
            assert [b"cookie: a=1\r\n" in request for request in server.requests] == [False, True, True]

    run(body())
