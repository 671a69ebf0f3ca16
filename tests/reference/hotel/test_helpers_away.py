"""A Redis that has gone, then a PostgreSQL too, while the hotel's backend runs: told by 503."""

import asyncio

import pytest
from support.asking import Asking
from support.hotels import hotel_of

from suite.clients import WebSocket
from suite.clients.errors import WebSocketClosed
from suite.reference.hotel.load.seeding import seed
from suite.services import postgres, redis

pytestmark = pytest.mark.exhaustive


def test_what_needs_them_is_told_so_and_the_backend_lives_on():
    with postgres() as database, redis() as cache, hotel_of(database=database, redis=cache) as hotel:
        key = asyncio.run(seed(hotel))["keys"]["agent"]
        ask = Asking(hotel.url, headers={"X-API-Key": key})
        session = ask("POST", "/sessions").body["session"]
        call = ask("POST", "/calls", {"caller": "x"}).body["id"]
        assert ask("GET", "/rooms/101").status == 200

        cache.stop()
        assert ask("GET", "/rooms/101").status == 200, "the cache is there to be faster, not to be needed"
        for method, path in (("POST", "/sessions"), ("GET", "/sessions/current")):
            answer = ask(method, path, headers={"X-Session": session, "X-API-Key": ""})
            assert (answer.status, answer.body["error"]) == (503, "unavailable")

        closed = asyncio.run(cut_off(f"{hotel.url}/calls/{call}/audio?side=desk", ask.headers, database))
        assert closed.code == 1013
        for _ in range(2):
            answer = ask("GET", "/rooms/101")
            assert (answer.status, answer.body["error"]) == (503, "unavailable")
        assert ask("GET", "/health").status == 200
        assert "Traceback" not in (hotel.directory / "output.log").read_text()


async def cut_off(url, headers, database):
    """How a leg ends whose frames can't be written down."""
    async with await WebSocket.connect(url, headers=headers) as leg:
        database.stop()
        await leg.send("done")
        with pytest.raises(WebSocketClosed) as closed:
            await leg.receive()
        return closed.value
