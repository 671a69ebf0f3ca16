"""What the database said, kept in Redis for a while; no older version takes a newer one's place."""

from __future__ import annotations

import json
from typing import Any

from redis.exceptions import RedisError

from suite.reference.hotel.counters import HotelCounters

_NEWER = """
local known = redis.call('HGET', KEYS[1], 'version')
if known and tonumber(known) > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'value', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""
_SECONDS = 60


class HotelCache:
    """Values as JSON, by name. Counts cache_hits_total, cache_misses_total, and cache_errors_total.

    Without Redis nothing is known, and what is kept is lost: an older value may then be told for as long as
    it is kept.
    """

    def __init__(self, redis: Any, namespace: str, counters: HotelCounters) -> None:
        self._redis, self._prefix, self._counters = redis, f"{namespace}cache:", counters
        self._newer = redis.register_script(_NEWER)
        for name in ("hits", "misses", "errors"):
            counters.add(f"cache_{name}_total", 0)

    async def get(self, name: str) -> Any:
        """The value, or None."""
        try:
            found = await self._redis.hget(self._prefix + name, "value")
        except (RedisError, OSError):
            self._counters.add("cache_errors_total")
            return None
        self._counters.add("cache_misses_total" if found is None else "cache_hits_total")
        return None if found is None else json.loads(found)

    async def put(self, name: str, value: Any, version: int = 0) -> None:
        """Keep `value`, unless one of a later version is there."""
        content = json.dumps(value, separators=(",", ":"))
        try:
            await self._newer(keys=[self._prefix + name], args=[version, content, _SECONDS])
        except (RedisError, OSError):
            self._counters.add("cache_errors_total")
