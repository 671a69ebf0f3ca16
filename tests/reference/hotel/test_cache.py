"""The cache: an older version never takes a newer one's place; without Redis nothing is known."""

import asyncio

from redis.asyncio import Redis

from suite.reference.hotel.cache import HotelCache
from suite.reference.hotel.counters import HotelCounters


def cached(url, *puts):
    """What is known after these, and the counters."""
    counters = HotelCounters()

    async def run():
        async with Redis.from_url(url, decode_responses=True) as redis:
            cache = HotelCache(redis, "test:", counters)
            for value, version in puts:
                await cache.put("room", value, version)
            return await cache.get("room")

    return asyncio.run(run()), counters


def test_the_newest_version_is_known(hotel):
    assert cached(hotel.beside["redis"].url, ("new", 9), ("old", 8))[0] == "new"
    assert cached(hotel.beside["redis"].url, ("same", 9), ("newer", 10))[0] == "newer"


def test_without_redis_nothing_is_known_and_nothing_fails():
    found, counters = cached("redis://127.0.0.1:1/0", ("lost", 1))
    assert found is None
    assert counters["cache_errors_total"] == 2
