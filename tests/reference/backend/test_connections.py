"""A backend's pool: bounded, counted, and clear when it is exhausted."""

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from suite.reference.backend.connections import Connections
from suite.reference.backend.problem import BackendProblem
from suite.reference.hotel.counters import HotelCounters


@pytest.fixture
def counters():
    return HotelCounters()


def within(tmp_path, counters, use, **limits):
    async def run():
        url = make_url(f"sqlite+aiosqlite:///{tmp_path}/x.db")
        pool = Connections(url, counters=counters, **limits)
        try:
            return await use(pool)
        finally:
            await pool.close()

    return asyncio.run(run())


def told(counters, name):
    return counters[f"db_pool_{name}"]


def test_overflow_waits_and_time_outs_are_counted(tmp_path, counters):
    async def use(pool):
        async with pool.reading(), pool.writing():
            assert told(counters, "checked_out") == 2
            assert told(counters, "overflow") == 1
            with pytest.raises(BackendProblem) as caught:
                async with pool.reading():
                    pass
        return caught.value

    problem = within(tmp_path, counters, use, size=1, overflow=1, timeout=0.05)
    assert (problem.status, problem.error, problem.headers) == (503, "pool_exhausted", {"Retry-After": "1"})
    assert told(counters, "checked_out") == told(counters, "overflow") == 0
    assert told(counters, "waits_total") == told(counters, "timeouts_total") == 1
    assert told(counters, "wait_seconds_total") >= 0.05
    assert told(counters, "busy_seconds_total") >= 0.1  # of two connections


def test_never_more_are_out_than_it_may_have(tmp_path, counters):
    most = 0

    async def one(pool):
        nonlocal most
        async with pool.reading() as connection:
            await connection.execute(text("select 1"))
            most = max(most, told(counters, "checked_out"))

    async def use(pool):
        await asyncio.gather(*(one(pool) for _ in range(30)))

    within(tmp_path, counters, use, size=2, overflow=1, timeout=5)
    assert most == 3
    assert told(counters, "checked_out") == 0
    assert told(counters, "waits_total") == 27
    assert told(counters, "timeouts_total") == 0


def test_a_request_that_is_given_up_gives_its_connection_back(tmp_path, counters):
    async def use(pool):
        async def long():
            async with pool.writing():
                await asyncio.sleep(60)

        task = asyncio.create_task(long())
        while not told(counters, "checked_out"):
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with pool.reading():
            return told(counters, "checked_out")

    assert within(tmp_path, counters, use, size=1, overflow=0, timeout=1) == 1


def test_what_was_written_is_there_and_what_failed_is_not(tmp_path, counters):
    async def use(pool):
        async with pool.writing() as connection:
            await connection.execute(text("create table t (n int)"))
        with suppress(KeyError):
            async with pool.writing() as connection:
                await connection.execute(text("insert into t values (1)"))
                raise KeyError
        async with pool.reading() as connection:
            return (await connection.execute(text("select count(*) from t"))).scalar_one()

    assert within(tmp_path, counters, use, size=2, overflow=0, timeout=1) == 0


def test_an_error_tells_no_data_that_the_statement_was_for(tmp_path, counters):
    async def use(pool):
        with pytest.raises(OperationalError) as caught:
            async with pool.reading() as connection:
                await connection.execute(text("select * from nowhere where name = :name"), {"name": "ada"})
        return str(caught.value)

    told = within(tmp_path, counters, use, size=1, overflow=0, timeout=1)
    assert "nowhere" in told
    assert "ada" not in told
