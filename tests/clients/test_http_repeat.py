"""One request again and again, without an operation for each."""

import asyncio
from collections import Counter

import pytest
from support.scripted import Visit, answering, ok, run, scripted

from suite import Rejected, User
from suite.clients import Http, Timeouts
from suite.clients.errors import ConnectionEnded, FirstByteTimedOut, UnexpectedStatus
from suite.contract.user import current_user


def test_as_often_as_asked() -> None:
    async def body() -> None:
        script = answering(ok(b"1"), ok(b"2"), ok(b"2"))
        async with scripted(script) as server, await Http.connect(server.url) as http:
            durations = await http.repeat(50, "POST", "/items", json={"a": 1}, expect=200)
            assert len(durations) == len(server.requests) == 50
            assert min(durations) > 0
            assert len(set(server.requests)) == server.connections == 1
            assert not await http.repeat(0, "GET", "/")
            assert (await http.get("/")).body == b"2"

    run(body())


@pytest.mark.parametrize("every", [1, 3])
def test_over_as_many_connections_as_it_takes(every: int) -> None:
    async def script(visit: Visit) -> None:
        for _ in range(every - 1):
            await visit.request()
            await visit.say(ok())
        await visit.request()
        await visit.say(ok(b"bye", b"connection: close"))

    async def body() -> None:
        async with scripted(script) as server, await Http.connect(server.url) as http:
            assert len(await http.repeat(9, "GET", "/")) == len(server.requests) == 9
            assert server.connections == 9 // every

    run(body())


def test_what_ends_it() -> None:
    async def closing(visit: Visit) -> None:
        for _ in range(3):
            await visit.request()
            await visit.say(ok())
        await visit.request()

    async def doubling(visit: Visit) -> None:
        while await visit.request():
            await visit.say(ok() * 2)

    async def silent(visit: Visit) -> None:
        await visit.request()
        await visit.say(ok())
        await visit.request()
        await visit.request()

    async def body() -> None:
        for script, error in (
            (closing, ConnectionEnded),
            (doubling, ConnectionEnded),
            (answering(ok(), ok(status=b"500 No")), UnexpectedStatus),
            (answering(ok(), ok(status=b"429 No")), Rejected),
            (silent, FirstByteTimedOut),
        ):
            async with scripted(script) as server:
                timeout = Timeouts(first_byte="200ms")
                async with await Http.connect(server.url, timeout=timeout) as http:
                    with pytest.raises(error):
                        await http.repeat(10, "GET", "/", expect=200, rejected=429)
                    with pytest.raises((error, Rejected)):  # it starts clean
                        await http.repeat(10, "GET", "/", expect=200, rejected=429)

    run(body())


def test_cancelled() -> None:
    async def body() -> None:
        async with scripted(answering(ok())) as server, await Http.connect(server.url) as http:
            task = asyncio.create_task(http.repeat(10**9, "GET", "/"))
            await asyncio.sleep(0.02)
            with pytest.raises(RuntimeError, match="one request at a time"):
                await http.get("/")
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await http.get("/")).body == b"hello"
            with pytest.raises(ValueError, match="timeout"):
                await http.repeat(1, "GET", "/", timeout=1)

    run(body())


def test_it_is_counted() -> None:
    async def body() -> None:
        user = User()
        user._statuses = Counter()
        async with scripted(answering(ok(status=b"201 Made"))) as server:
            token = current_user.set(user)
            await (await Http.connect(server.url)).repeat(5, "GET", "/")
            current_user.reset(token)
            await user._end()
        assert user._statuses == {("", "201"): 5}

    run(body())
