"""The rate limit of each client, counted by `limits` in Redis or in memory."""

from __future__ import annotations

import math
import time
from typing import Any, cast

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter
from redis.asyncio import ConnectionPool

from suite.reference.api.settings import RateKind
from suite.reference.backend.problem import BackendProblem
from suite.reference.backend.redis_connection import RedisConnection

_ROUNDED = 0.001
"""Seconds by which a time may be too early that Redis has rounded."""


class ClientLimiter:
    """Serves each client `limit` requests in `window` whole seconds.

    Fixed windows are those of the clock: their edges are known to every process, and to whoever judges
    them; Redis would tell the time until a key expires in whole seconds only. A moving window is any.
    """

    def __init__(self, limit: int, window: int, kind: RateKind, redis: str = "") -> None:
        self._item = RateLimitItemPerSecond(limit, window)
        self._limit, self._window = limit, window
        self._connections: Any = None
        storage: MemoryStorage | RedisStorage = MemoryStorage()
        if redis:
            self._connections = pool = cast(
                Any, ConnectionPool.from_url(redis, connection_class=RedisConnection)
            )
            storage = RedisStorage(f"async+{redis}", implementation="redispy", connection_pool=pool)
        self._fixed = FixedWindowRateLimiter(storage) if kind == "fixed" else None
        self._moving = MovingWindowRateLimiter(storage) if kind == "moving" else None

    async def admit(self, client: str) -> None:
        """Count a request of `client`. Raises BackendProblem, 429 with Retry-After, for too many."""
        wait = await (self._fixed_wait(client) if self._fixed else self._moving_wait(client))
        if wait is not None:
            raise BackendProblem(
                429, "rate_limited", f"more than {self._limit} requests in {self._window} s",
                {"Retry-After": str(wait)},
            )  # fmt: skip

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._connections is not None:
            await self._connections.disconnect()

    async def _fixed_wait(self, client: str) -> int | None:
        """Whole seconds until the next window, rounded up; None: it may pass."""
        assert self._fixed is not None
        now = time.time()
        number = int(now // self._window)
        if await self._fixed.hit(self._item, client, str(number)):
            return None
        return math.ceil((number + 1) * self._window - now)

    async def _moving_wait(self, client: str) -> int | None:
        """Whole seconds until the oldest request has left the window; None: it may pass."""
        assert self._moving is not None
        if await self._moving.hit(self._item, client):
            return None
        free_at, left = await self._moving.get_window_stats(self._item, client)
        if left > 0:  # it left between the two questions
            return 1
        return max(1, math.ceil(free_at - time.time() + _ROUNDED))
