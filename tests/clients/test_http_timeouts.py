"""Each phase of a request has its own limit and its own name for having struck it."""

import asyncio
import gc
import socket
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from support.scripted import Visit, answering, ok, run, scripted

from suite.clients import Http, Timeouts
from suite.clients._timeouts import LOOK, TimeoutWatch, struck, timeouts_of
from suite.clients.errors import (
    ClientError,
    ConnectTimedOut,
    FirstByteTimedOut,
    SendTimedOut,
    WholeTimedOut,
)
from suite.errors import ConfigurationError

LIMITS = (1.0, 2.0, 3.0, 5.0)


async def silent(visit: Visit) -> None:
    while await visit.request():
        pass


async def trickling(visit: Visit) -> None:
    await visit.request()
    await visit.say(b"HTTP/1.1 200 OK\r\n")
    while True:
        await visit.say(b"x: y\r\n")
        await asyncio.sleep(0.01)


async def half(visit: Visit) -> None:
    while await visit.request():
        await visit.say(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")


@pytest.mark.parametrize(
    ("script", "timeout", "error", "cause"),
    [
        (silent, Timeouts(first_byte="60ms"), FirstByteTimedOut, "timeout-first-byte"),
        (silent, Timeouts(first_byte=30, whole="60ms"), WholeTimedOut, "timeout-whole"),
        (silent, "60ms", FirstByteTimedOut, "timeout-first-byte"),
        (trickling, Timeouts(first_byte="1s", whole="60ms"), WholeTimedOut, "timeout-whole"),
        (half, "60ms", WholeTimedOut, "timeout-whole"),
    ],
)
@pytest.mark.parametrize("where", ["session", "request", "pipeline"])
def test_a_limit_is_struck_and_named(
    script: Any, timeout: Any, error: type[ClientError], cause: str, where: str
) -> None:
    async def body() -> None:
        options = {"timeout": timeout} if where != "request" else {}
        async with scripted(script) as server, await Http.connect(server.url, **options) as http:
            for count in (1, 2):
                before = asyncio.get_running_loop().time()
                with pytest.raises(error) as caught:  # noqa: PT012
                    if where == "pipeline":
                        async with http.pipeline() as pipe:
                            pipe.get("/")
                    else:
                        await http.get("/", **({"timeout": timeout} if where == "request" else {}))
                assert asyncio.get_running_loop().time() - before >= 0.059  # never early
                assert isinstance(caught.value, TimeoutError)
                assert caught.value.cause == cause
                assert "0.06 s" in str(caught.value)
                assert server.connections == count

    run(body())


def test_a_system_that_does_not_read() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        async def body() -> None:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            async with await Http.connect(url, timeout=Timeouts(send="60ms", first_byte=20)) as http:
                with pytest.raises(SendTimedOut) as caught:
                    await http.post("/", body=bytes(30_000_000))
                assert caught.value.cause == "timeout-send"

        run(body())


def test_who_answers_in_time_is_left_alone() -> None:
    async def script(visit: Visit) -> None:
        while asked := await visit.request():
            # what must be late stays late on a machine that stands still for a while, too
            await asyncio.sleep(20 if b"/never" in asked else 0.015)
            await visit.say(ok())

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url, timeout="2s") as http:
            for _ in range(200):  # one and a half times the limit, all together
                await http.get("/", expect=200)
            assert server.connections == 1
            with pytest.raises(FirstByteTimedOut):  # a shorter one in between counts at once
                await http.get("/never", timeout="1ms")
            await http.get("/", expect=200)

    run(body())


def test_a_request_may_have_longer_than_its_session() -> None:
    async def script(visit: Visit) -> None:
        while await visit.request():
            await asyncio.sleep(0.15)
            await visit.say(ok())

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url, timeout="50ms") as http:
            await http.get("/", timeout=30)
            with pytest.raises(TimeoutError):
                await http.get("/")

    run(body())


def test_reconnecting_has_the_connect_limit() -> None:
    async def body() -> None:
        async with scripted(answering(ok(b"", b"connection: close"))) as server:
            http = await Http.connect(server.url)
            await http.get("/")
        with socket.socket() as full, socket.socket() as first, socket.socket() as second:
            full.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            full.bind(("127.0.0.1", int(server.url.rpartition(":")[2])))
            full.listen(0)
            first.connect(full.getsockname())  # this fills the backlog
            second.setblocking(False)
            second.connect_ex(full.getsockname())
            with pytest.raises(ConnectTimedOut):
                await http.get("/", timeout="50ms")

    run(body())


def test_which_limit_it_was() -> None:
    def at(moment: float, *, sending: bool = False, answered: bool = False) -> object:
        found = struck(LIMITS, 100.0, 100.0 + moment, sending=sending, answered=answered)
        return found if isinstance(found, float) else type(found)

    assert at(0) == 103.0
    assert at(0, sending=True) == 102.0
    assert at(0, answered=True) == 105.0
    assert at(2, sending=True) is SendTimedOut
    assert at(2.9) == 103.0
    assert at(3) is FirstByteTimedOut
    assert at(4, answered=True) == 105.0
    assert at(5, answered=True) is WholeTimedOut


class Waiting:
    def __init__(self) -> None:
        self.due = float("inf")
        self.calls = 0

    def overdue(self, moment: float) -> None:
        assert moment >= 0
        self.calls += 1


def test_one_look_for_all() -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        watch = TimeoutWatch(loop)
        soon, moved, never, gone = Waiting(), Waiting(), Waiting(), Waiting()
        watch.ask(soon, 0.0)
        watch.ask(moved, 0.0)
        watch.ask(moved, 1.0)  # in place of the first
        watch.ask(never, 1e12)
        watch.ask(gone, 0.0)
        reference = weakref.ref(gone)
        del gone
        assert reference() is None  # a watch keeps nobody alive
        await asyncio.sleep(LOOK * 4)
        assert (soon.calls, moved.calls, never.calls) == (1, 1, 0)

    run(body())


def test_a_session_that_is_forgotten_leaves_nothing_behind() -> None:
    async def body() -> None:
        async with scripted(answering(ok())) as server:
            http = await Http.connect(server.url, timeout=30)
            await http.get("/")
            await http.close()
            reference = weakref.ref(http)
            del http
            gc.collect()
            assert reference() is None

    run(body())


@pytest.mark.parametrize("value", [0, -1, "0s", "inf", float("inf"), "5 bytes"])
def test_times_that_make_no_sense(value: Any) -> None:
    with pytest.raises((ConfigurationError, ValueError)):
        timeouts_of(value)
    with pytest.raises((ConfigurationError, ValueError)):
        Timeouts(whole=value)


def test_limits() -> None:
    inf = float("inf")
    assert Timeouts().limits() == (10.0, inf, inf, inf)
    assert timeouts_of("2s").limits() == (2.0, 2.0, 2.0, 2.0)
    assert Timeouts(connect=None, whole="1min").limits() == (inf, inf, inf, 60.0)


@pytest.fixture(autouse=True)
def no_garbage() -> Iterator[None]:
    yield
    gc.collect()
