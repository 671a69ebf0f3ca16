"""One request over a connection whose wire is nothing: what of a request is ours (`--benchmark-enable`)."""

import asyncio
from types import SimpleNamespace

import pytest

from suite.clients._link import Link

ANSWERS = [b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n" + body for body in (b"hello", b"world")]


@pytest.mark.parametrize("different", [1, 2], ids=["known", "parsed"])
def test_request(benchmark, different):
    got = []
    waiter = SimpleNamespace(done=lambda: False, set_result=got.append)

    async def body():
        link = Link(asyncio.get_running_loop(), SimpleNamespace(send=len), 10_000)  # type: ignore[arg-type]
        link.connection_made(SimpleNamespace())  # type: ignore[arg-type]
        turns = iter(range(1 << 60))

        def request():
            link.ask(b"GET / HTTP/1.1\r\n\r\n", waiter)
            link.data_received(ANSWERS[next(turns) % different])

        benchmark(request)

    asyncio.run(body())
    assert {answer.body for answer in got} <= {b"hello", b"world"}
    assert got
