"""What the database and Redis beside a backend hold, asked without it."""

from __future__ import annotations

import asyncio
import json
from typing import Any


def rows(system: Any, query: str) -> list[tuple[Any, ...]]:
    """What a query of the backend's database gives."""
    import asyncpg  # which the backend has too: it is imported sooner than psycopg

    async def found() -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(system.beside["database"].url)
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    return asyncio.run(found())


def cached_rooms(system: Any, namespace: str) -> dict[int, Any]:
    """Rooms that the backend's cache knows, by number."""
    from redis import Redis

    with Redis.from_url(system.beside["redis"].url, decode_responses=True) as redis:
        names = list(redis.scan_iter(f"{namespace}cache:room:*", count=1_000))
        values: list[Any] = [redis.hget(name, "value") for name in names]
    return {room["number"]: room for room in map(json.loads, filter(None, values))}


def sessions_left(system: Any, namespace: str) -> int:
    """Sessions of which anything is in Redis: themselves, or their place in the index."""
    from redis import Redis

    with Redis.from_url(system.beside["redis"].url, decode_responses=True) as redis:
        names: Any = redis.zrange(f"{namespace}sessions", 0, -1)
        prefix = f"{namespace}session:"
        there = {name.removeprefix(prefix) for name in redis.scan_iter(f"{prefix}*", count=1_000)}
        return len(there | set(names))
