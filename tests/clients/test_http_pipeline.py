"""Several requests on their way at once: answers in order, errors to whom they belong."""

import asyncio

import pytest
from support.scripted import Visit, answering, ok, run, scripted

from suite import Rejected
from suite.clients import Http
from suite.clients.errors import ClientError, ConnectionEnded, ProtocolError, TooLarge, UnexpectedStatus


def echo(path: bytes) -> bytes:
    return ok(path, b"x-path: " + path)


async def batching(visit: Visit) -> None:
    """Answers five requests at a time, in one piece."""
    while True:
        paths = [(await visit.request()).split(b" ")[1] for _ in range(5)]
        await visit.say(b"".join(map(echo, paths)))


def test_answers_come_in_order_and_together() -> None:
    async def body() -> None:
        async with scripted(batching) as server, await Http.connect(server.url) as http:
            for _ in range(3):
                async with http.pipeline() as pipe:
                    answers = [pipe.get(f"/{number}", expect=200) for number in range(5)]
                    assert (await answers[0]).text == "/0"
                for number, answer in enumerate(answers):
                    assert answer.result().text == answer.result().headers["x-path"] == f"/{number}"
            assert server.connections == 1

    run(body())


@pytest.mark.parametrize("size", [1, 2, 7, 40])
def test_however_they_are_cut_up(size: int) -> None:
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    interim = b"HTTP/1.1 100 Continue\r\nx: y\r\n\r\n" + ok(b"after")
    whole = echo(b"/first") + chunked + interim + b"HTTP/1.1 204 No Content\r\n\r\n" + ok(b"last")

    async def script(visit: Visit) -> None:
        for _ in range(5):
            await visit.request()
        for at in range(0, len(whole), size):
            await visit.say(whole[at : at + size])
            await asyncio.sleep(0)
        await visit.request()
        await visit.say(ok(b"alone"))
        await visit.request()

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            async with http.pipeline() as pipe:
                answers = [pipe.get("/"), *(pipe.post("/", json=n) for n in range(4))]
            assert [answer.result().body for answer in answers] == [b"/first", b"abc", b"after", b"", b"last"]
            assert "x" not in answers[2].result().headers
            assert (await http.get("/")).body == b"alone"
            assert server.connections == 1

    run(body())


def test_statuses_belong_to_their_requests() -> None:
    script = answering(ok(), ok(status=b"404 No"), ok(status=b"429 Wait"), ok(b"end"))

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            with pytest.raises(UnexpectedStatus, match="404"):
                async with http.pipeline() as pipe:
                    answers = [pipe.get("/", rejected=429) for _ in range(4)]
            assert [type(answer.exception()) for answer in answers] == [
                type(None), UnexpectedStatus, Rejected, type(None),
            ]  # fmt: skip
            assert answers[3].result().body == b"end"
            async with http.pipeline():
                pass  # nothing sent, nothing awaited
            assert (await http.get("/")).body == b"end"
            assert server.connections == 1

    run(body())


@pytest.mark.parametrize(
    ("second", "error"),
    [
        (b"", ConnectionEnded),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", ConnectionEnded),
        (b"nonsense\r\n\r\n", ProtocolError),
        (b"HTTP/1.1 200 OK\r\nx: " + b"a" * 2_000_000, TooLarge),
        (ok(b"bye", b"connection: close"), ConnectionEnded),
    ],
)
def test_the_rest_of_a_broken_pipeline(second: bytes, error: type[ClientError]) -> None:
    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.say(ok())
        if visit.number > 1:
            await visit.request()
            return
        await visit.request()
        await visit.say(second)

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            with pytest.raises(error):
                async with http.pipeline() as pipe:
                    answers = [pipe.get(f"/{n}") for n in range(4)]
            assert answers[0].result().body == b"hello"
            assert all(isinstance(answer.exception(), error) for answer in answers[2:])
            assert (await http.get("/")).body == b"hello"
            assert server.connections == 2

    run(body())


def test_a_last_answer_without_a_length() -> None:
    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.request()
        await visit.say(ok() + b"HTTP/1.1 200 OK\r\n\r\nto the end")

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            async with http.pipeline() as pipe:
                answers = [pipe.get("/"), pipe.get("/")]
            assert answers[1].result().body == b"to the end"

    run(body())


def test_whoever_leaves_early_leaves_nothing_for_the_next() -> None:
    async def script(visit: Visit) -> None:
        while await visit.request():
            await asyncio.sleep(0.02)
            await visit.say(ok(b"%d" % visit.number))

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            with pytest.raises(KeyError):  # noqa: PT012
                async with http.pipeline() as pipe:
                    pipe.get("/")
                    raise KeyError
            assert (await http.get("/")).body == b"2"

            async def much() -> None:
                async with http.pipeline() as pipe:
                    pipe.get("/")

            task = asyncio.create_task(much())
            await asyncio.sleep(0.005)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await http.get("/")).body == b"3"

    run(body())


def test_a_session_is_its_pipelines_while_that_is_open() -> None:
    async def body() -> None:
        async with scripted(answering(ok())) as server, await Http.connect(server.url) as http:
            unused = http.pipeline()
            with pytest.raises(RuntimeError, match="inside its block"):
                unused.get("/")
            async with http.pipeline() as pipe:
                with pytest.raises(RuntimeError, match="one request at a time"):
                    await http.get("/")
                with pytest.raises(RuntimeError, match="one request at a time"):
                    async with http.pipeline():
                        pass
                with pytest.raises(ValueError, match="HEAD"):
                    pipe.head("/")
                with pytest.raises(ValueError, match="timeout"):
                    pipe.get("/", timeout=1)
                with pytest.raises(ValueError):
                    pipe.get("no slash")
            assert (await http.get("/")).status == 200
            assert server.connections == 1

    run(body())


def test_what_the_server_sends_too_much() -> None:
    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.say(ok() + ok(b"more"))
        await visit.request()

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            async with http.pipeline() as pipe:
                assert (await pipe.get("/")).body == b"hello"
                await asyncio.sleep(0.01)
                with pytest.raises(ConnectionEnded):
                    await pipe.get("/")
                pipe._all.clear()
            assert (await http.get("/")).body == b"hello"
            assert server.connections == 2

    run(body())


@pytest.mark.parametrize("streamed", [False, True])
def test_a_limit_of_the_request_before_does_not_strike_now(streamed: bool) -> None:
    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.say(ok())
        await visit.request()
        await asyncio.sleep(0.12)
        await visit.say(ok(b"late"))
        await visit.request()

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url, timeout="150ms") as http:
            await http.get("/")
            await asyncio.sleep(0.06)
            if streamed:
                async with http.stream("GET", "/") as stream:
                    assert [part async for part in stream] == [b"late"]
            else:
                async with http.pipeline() as pipe:
                    assert (await pipe.get("/")).body == b"late"
            assert server.connections == 1

    run(body())
