"""The HTTP client against uvicorn and FastAPI in a process of their own."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.scripted import run

from suite import Command, Rejected
from suite.clients import Http
from suite.clients.errors import ConnectFailed, ConnectionEnded, UnexpectedStatus

EXAMPLES = Path(__file__).parent.parent / "examples"


def shop(**env: str) -> Command:
    return Command("uvicorn shop:app --port {port}", ready="/health", cwd=EXAMPLES, env=env)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with shop(SHOP_ORDERS_PER_SECOND="1") as system:
        yield system.url


def test_browse_and_buy(url: str) -> None:
    async def body() -> None:
        async with await Http.connect(url) as http:
            listed = await http.get("/items", expect=200)
            assert listed.json()[6] == {"id": 7, "name": "Item 7", "price": 35}
            assert listed.headers["content-type"] == "application/json"
            taken = 0
            while taken < 20:  # the limit is one a second
                try:
                    bought = await http.post("/orders", json={"item": 7}, expect=201, rejected=429)
                except Rejected:
                    break
                taken += 1
                assert bought.json() == {"order": taken}
            assert 0 < taken < 20
            with pytest.raises(UnexpectedStatus, match="no such item"):
                await http.post("/orders", json={"item": 700}, expect=201, rejected=429)
            with pytest.raises(UnexpectedStatus, match="422"):
                await http.post("/orders", body=b"{")
            assert (await http.head("/items", expect=405)).body == b""
            assert (await http.get("/items")).status == 200

    run(body())


def test_many_sessions_at_once(url: str) -> None:
    async def session(number: int) -> int:
        async with await Http.connect(url) as http:
            return sum([len((await http.get("/items", expect=200)).json()) for _ in range(5)])

    async def body() -> None:
        assert await asyncio.gather(*map(session, range(30))) == [100] * 30

    run(body())


def test_the_server_dies() -> None:
    async def body(system: Command) -> None:
        async with await Http.connect(system.url) as http:
            await http.get("/items")
            system.stop()
            with pytest.raises((ConnectionEnded, ConnectFailed)):
                await http.get("/items")
            with pytest.raises(ConnectFailed):
                await http.get("/items")

    with shop() as system:
        run(body(system))
