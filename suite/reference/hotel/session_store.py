"""Sessions in Redis: each ends by itself when it was not used for a while."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sys
import time
from typing import Any

from redis.exceptions import RedisError

from suite.reference.hotel.counters import HotelCounters

_EVERY = 0.5
"""Seconds between two looks at what has expired."""


class SessionStore:
    """A session is a hash that expires `seconds` after its last use, and its place in an index by that time.

    Counted: sessions_live, sessions_begun_total, sessions_ended_total, sessions_expired_total.
    """

    def __init__(self, redis: Any, namespace: str, seconds: int, counters: HotelCounters) -> None:
        self._redis, self._seconds, self._counters = redis, seconds, counters
        self._prefix, self._index = f"{namespace}session:", f"{namespace}sessions"
        self._sweeper = asyncio.create_task(self._sweep_always())

    async def begin(self, name: str, role: str) -> str:
        """A new session's id."""
        key = secrets.token_urlsafe(24)
        async with self._redis.pipeline() as pipe:
            pipe.hset(self._prefix + key, mapping={"name": name, "role": role})
            pipe.expire(self._prefix + key, self._seconds)
            pipe.zadd(self._index, {key: time.time() + self._seconds})
            await pipe.execute()
        self._counters.add("sessions_begun_total")
        return key

    async def find(self, key: str) -> tuple[str, str] | None:
        """Name and role of a session, which has been used now; None if there is none."""
        async with self._redis.pipeline() as pipe:
            pipe.hgetall(self._prefix + key)
            pipe.expire(self._prefix + key, self._seconds)
            pipe.zadd(self._index, {key: time.time() + self._seconds}, xx=True)
            found, *_ = await pipe.execute()
        if found:
            return found["name"], found["role"]
        await self._redis.zrem(self._index, key)
        return None

    async def end(self, key: str) -> None:
        """End a session."""
        async with self._redis.pipeline() as pipe:
            pipe.delete(self._prefix + key)
            pipe.zrem(self._index, key)
            ended, _ = await pipe.execute()
        self._counters.add("sessions_ended_total", ended)

    async def sweep(self) -> None:
        """Forget those that have expired."""
        async with self._redis.pipeline() as pipe:
            pipe.zremrangebyscore(self._index, "-inf", time.time())
            pipe.zcard(self._index)
            expired, live = await pipe.execute()
        self._counters.add("sessions_expired_total", expired)
        self._counters.set("sessions_live", live)

    async def close(self) -> None:
        """Sweep no more; sessions stay."""
        self._sweeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._sweeper

    async def _sweep_always(self) -> None:
        while True:
            try:
                await self.sweep()
            except (RedisError, OSError) as error:
                sys.stderr.write(f"hotel: sessions were not swept: {error}\n")
            await asyncio.sleep(_EVERY)
