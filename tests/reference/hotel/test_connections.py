"""The backend's database connections: no more than there may be, and none waited for too long."""

import asyncio
import socket

import pytest

from suite.reference.backend.problem import BackendProblem
from suite.reference.hotel.connections import async_url, connections_of
from suite.reference.hotel.counters import HotelCounters
from suite.reference.hotel.settings import HotelSettings


def made(database, **more):
    return HotelSettings(database=database, redis="", secret="", admin_key="", **more)


def test_who_gets_no_connection_in_time_is_told_and_counted(hotel):
    counters = HotelCounters()
    url = hotel.beside["database"].url
    settings = made(url, pool_size=1, pool_overflow=0, pool_timeout=0.05)

    async def two():
        connections = connections_of(settings, counters)
        async with connections.reading():
            assert counters["db_pool_checked_out"] == 1
            with pytest.raises(BackendProblem, match="all 1 database connections stayed"):
                async with connections.writing():
                    pass
        await connections.close()

    asyncio.run(two())
    assert counters["db_pool_checked_out"] == 0
    assert counters["db_pool_timeouts_total"] == counters["db_pool_waits_total"] == 1
    assert counters["db_pool_wait_seconds_total"] >= 0.05


def test_a_database_that_answers_nothing_is_not_waited_for():
    async def asked(port):
        settings = made(f"postgresql://me@127.0.0.1:{port}/x", patience=0.1)
        connections = connections_of(settings, HotelCounters())
        with pytest.raises(TimeoutError):
            async with connections.reading():
                pass
        await connections.close()

    with socket.create_server(("127.0.0.1", 0)) as silent:
        asyncio.run(asked(silent.getsockname()[1]))


@pytest.mark.parametrize("url", ["mysql://me:secret@host/x", "postgresql://me:secret@host:port/x", "secret"])
def test_another_database_is_told_without_what_may_be_a_password(url):
    with pytest.raises(ValueError, match="write it like") as told:
        async_url(url)
    assert "secret" not in str(told.value)
