"""The cache: nothing in it is older than what was written, whatever overlaps and whatever is away."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from suite.reference.hotel.counters import HotelCounters
from suite.reference.hotel.pms import cache as module
from suite.reference.hotel.pms.cache import PmsCache
from suite.services import redis

OLD, NEW = {"id": 1, "version": 1}, {"id": 1, "version": 2}


@pytest.fixture(scope="module")
def server():
    with redis() as running:
        yield running.url


@asynccontextmanager
async def caching(url, **settings):
    client = Redis.from_url(url, decode_responses=True)
    counters = HotelCounters()
    try:
        yield (
            PmsCache(client, "test:", **({"expiry": 60, "longest": 1} | settings), counters=counters),
            counters,
            client,
        )
        await client.flushall()
    finally:
        await client.aclose()


def test_what_was_read_is_there_next_time(server):
    async def scene():
        async with caching(server) as (cache, counters, _):
            first = await cache.take("guests:1")
            assert first.record is None
            await cache.keep("guests:1", first.token, OLD)
            assert (await cache.take("guests:1")).record == OLD
            assert counters["pms_cache_hits_total"] == counters["pms_cache_misses_total"] == 1

    asyncio.run(scene())


def test_one_who_reads_keeps_and_the_others_do_not_wait(server):
    async def scene():
        async with caching(server) as (cache, _, _):
            first, second = await cache.take("guests:1"), await cache.take("guests:1")
            assert first.token
            assert second == (None, "")
            await cache.keep("guests:1", second.token, OLD)
            assert (await cache.take("guests:1")).record is None

    asyncio.run(scene())


def test_what_was_read_before_a_write_is_not_kept_after_it(server):
    async def scene():
        async with caching(server) as (cache, _, _):
            reader = await cache.take("guests:1")  # reads the old version from the PMS now
            async with cache.writing("guests:1") as write:
                write.done(NEW)
            await cache.keep("guests:1", reader.token, OLD)
            assert (await cache.take("guests:1")).record == NEW

    asyncio.run(scene())


def test_what_is_being_written_is_read_from_the_pms_and_not_kept(server):
    async def scene():
        async with caching(server) as (cache, _, _):
            first = await cache.take("guests:1")
            await cache.keep("guests:1", first.token, OLD)
            async with cache.writing("guests:1") as write:
                reader = await cache.take("guests:1")
                assert reader == (None, "")
                write.done(None)
            assert (await cache.take("guests:1")).record is None

    asyncio.run(scene())


def test_a_write_of_which_nothing_is_known_holds_until_it_can_not_be_done_any_more(server, monkeypatch):
    monkeypatch.setattr(module, "_MARGIN_MS", 0)

    async def scene():
        async with caching(server, longest=0.15) as (cache, _, _):
            with pytest.raises(TimeoutError):
                async with cache.writing("guests:1"):
                    raise TimeoutError
            assert (await cache.take("guests:1")) == (None, "")
            await asyncio.sleep(0.25)
            assert (await cache.take("guests:1")).token

    asyncio.run(scene())


def test_what_others_changed_is_dropped_but_not_a_write_under_way(server):
    async def scene():
        async with caching(server) as (cache, _, _):
            first = await cache.take("guests:1")
            await cache.keep("guests:1", first.token, OLD)
            await cache.drop(["guests:1", "guests:2"])
            assert (await cache.take("guests:1")).record is None
            async with cache.writing("guests:3"):
                await cache.drop(["guests:3"])
                assert (await cache.take("guests:3")) == (None, "")

    asyncio.run(scene())


def test_what_was_written_while_redis_was_away_is_dropped_before_it_is_believed(server, monkeypatch):
    monkeypatch.setattr(module, "_REST", 0.0)

    async def scene():
        async with caching(server) as (cache, counters, client):
            first = await cache.take("guests:1")
            await cache.keep("guests:1", first.token, OLD)
            working = client.execute_command

            async def broken(*_, **__):
                raise ConnectionError

            client.execute_command = broken
            assert (await cache.take("guests:1")) == (None, "")
            async with cache.writing("guests:1") as write:
                write.done(NEW)
            assert counters["pms_cache_owed"] == 1
            assert counters["pms_cache_errors_total"] > 0
            client.execute_command = working
            await asyncio.sleep(0.01)
            assert (await cache.take("guests:1")).record is None
            assert counters["pms_cache_owed"] == 0

    asyncio.run(scene())


def test_who_gives_up_while_it_is_dropped_leaves_it_owed(server):
    async def scene():
        async with caching(server) as (cache, counters, client):
            cache._owe(["guests:1"])
            working = client.execute_command

            async def hanging(*_, **__):
                await asyncio.sleep(10)

            client.execute_command = hanging
            reading = asyncio.create_task(cache.take("guests:1"))
            await asyncio.sleep(0.01)
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
            client.execute_command = working
            assert counters["pms_cache_owed"] == 1

    asyncio.run(scene())


def test_a_redis_that_hangs_is_asked_by_one_at_a_time(server, monkeypatch):
    monkeypatch.setattr(module, "_PATIENCE", 0.05)
    asked = []

    async def scene():
        async with caching(server) as (cache, _, client):
            working = client.execute_command

            async def hanging(*words, **__):
                asked.append(words)
                await asyncio.sleep(10)

            client.execute_command = hanging
            await cache.take("guests:1")
            for _ in range(20):
                assert (await cache.take("guests:1")) == (None, "")
            client.execute_command = working

    asyncio.run(scene())
    assert len(asked) == 1


def test_without_an_expiry_nothing_is_kept(server):
    async def scene():
        async with caching(server, expiry=0) as (cache, _, client):
            assert (await cache.take("guests:1")) == (None, "")
            async with cache.writing("guests:1") as write:
                write.done(NEW)
            assert not await client.keys("*")

    asyncio.run(scene())
