"""Records of the property management system that were read, kept in Redis: never older than what was written.

Who finds nothing leaves a token of its own, and keeps what it reads only where that still is. Who writes
leaves one first, in place of whatever is there: so what was read before a write is never kept after it.
A token goes when a write can no longer be done.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from redis.exceptions import RedisError

from suite.reference.hotel.counters import HotelCounters
from suite.reference.hotel.pms.breaker import BreakerOpen, PmsBreaker, PmsFailing

_MARK = "~"
"""What a token begins with; records begin with a brace."""
_TAKE = """local found = redis.call('GET', KEYS[1])
if not found then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return found"""
_KEEP = """if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '' then return redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1"""
_DROP = """for _, key in ipairs(KEYS) do
  local found = redis.call('GET', key)
  if found and string.sub(found, 1, 1) == '~' then redis.call('SET', key, ARGV[1], 'KEEPTTL')
  elseif found then redis.call('DEL', key) end
end"""
_PATIENCE = 0.25
"""Seconds for an answer of Redis."""
_MARGIN_MS = 500
"""A token outlives the write for which it stands by so much."""
_REST = 0.5
"""Seconds in which it is not asked after it failed."""


class Cached(NamedTuple):
    """What was found, and else the token by which what is read may be kept; neither if it may not."""

    record: dict[str, Any] | None = None
    token: str = ""


class CacheWrite:
    """What became of a write: `done` says that it is known, and the record if it is worth keeping."""

    def __init__(self) -> None:
        self.sure = False
        self.record: dict[str, Any] | None = None

    def done(self, record: dict[str, Any] | None) -> None:
        """It was done, or refused."""
        self.sure, self.record = True, record


class PmsCache:
    """Keeps records for `expiry` seconds under names in `namespace`; a Redis that is away is done without.

    No write takes more than `longest` seconds. What others change is seen when they `drop` it, or it expires.

    Counted: pms_cache_hits_total, pms_cache_misses_total, pms_cache_errors_total; pms_cache_owed is how many
    records are to be dropped when Redis is back.
    """

    def __init__(
        self, redis: Any, namespace: str, *, expiry: float, longest: float, counters: HotelCounters
    ) -> None:
        self._redis, self._namespace, self._counters = redis, namespace, counters
        self._expiry, self._longest = round(expiry * 1000), round(longest * 1000 + _MARGIN_MS)
        self._take, self._keep, self._drop = map(redis.register_script, (_TAKE, _KEEP, _DROP))
        self.breaker = PmsBreaker("redis", 1, _REST, counters)
        self._settling = asyncio.Lock()
        self._owed: set[str] = set()
        """Written while Redis was away: to be dropped before anything is believed that it has."""
        self._unsure = 0
        """Of those how many will be owed again, when they can be done no more."""
        for name in ("hits", "misses", "errors"):
            counters.add(f"pms_cache_{name}_total", 0)
        counters.set("pms_cache_owed", 0)

    async def take(self, name: str) -> Cached:
        """What is kept of `name`."""
        if not await self._settled():
            return Cached()
        token = _token()
        ok, found = await self._asked(lambda: self._take(keys=[self._key(name)], args=[token, self._longest]))
        hit = ok and found is not None and not found.startswith(_MARK)
        self._counters.add("pms_cache_hits_total" if hit else "pms_cache_misses_total")
        if hit:
            return Cached(json.loads(found))
        return Cached(token=token if ok and found is None else "")

    @asynccontextmanager
    async def writing(self, name: str) -> AsyncIterator[CacheWrite]:
        """Around a write of `name`, which must say there what became of it, if it is known."""
        write = CacheWrite()
        token = await self._held(name)
        try:
            yield write
        finally:
            if not token:
                self._owe([name])
                if not write.sure:  # it may still be done
                    self._unsure += 1
                    asyncio.get_running_loop().call_later(self._longest / 1000, self._known, name)
            elif write.sure:
                await self.keep(name, token, write.record)

    async def keep(self, name: str, token: str, record: dict[str, Any] | None) -> None:
        """Keep what was read or written, if the token still is there; None: nothing, and the token goes."""
        if token:
            text = "" if record is None else json.dumps(record)
            await self._asked(lambda: self._keep(keys=[self._key(name)], args=[token, text, self._expiry]))

    async def drop(self, names: Iterable[str]) -> None:
        """Forget what others have changed."""
        self._owe(names)
        await self._settled()

    async def _held(self, name: str) -> str:
        """The token that stands for a write; none where it could not be left."""
        token = _token()
        if await self._settled():
            ok, _ = await self._asked(lambda: self._redis.set(self._key(name), token, px=self._longest))
            if ok:
                return token
        return ""

    async def _settled(self) -> bool:
        """Whether Redis may be believed: what it was not told of is dropped first."""
        if not self._expiry:
            return False
        if not self._owed and not self._settling.locked():
            return True
        async with self._settling:
            owed, self._owed, ok = self._owed, set(), False
            try:
                if owed:
                    keys = [self._key(name) for name in owed]
                    ok, _ = await self._asked(lambda: self._drop(keys=keys, args=[_token()]))
                return ok or not owed
            finally:
                self._owe(() if ok else owed)

    def _owe(self, names: Iterable[str]) -> None:
        self._owed.update(names)
        self._counters.set("pms_cache_owed", len(self._owed) + self._unsure)

    def _known(self, name: str) -> None:
        self._unsure -= 1
        self._owe([name])

    async def _asked(self, question: Callable[[], Awaitable[Any]]) -> tuple[bool, Any]:
        """Whether Redis answered, and what."""
        try:
            with self.breaker.guarding():
                return True, await _answered(question)
        except PmsFailing:
            self._counters.add("pms_cache_errors_total")
        except BreakerOpen:
            pass
        return False, None

    def _key(self, name: str) -> str:
        return f"{self._namespace}pms:{name}"


def _token() -> str:
    return _MARK + secrets.token_hex(8)


async def _answered(question: Callable[[], Awaitable[Any]]) -> Any:
    """What Redis says. Raises PmsFailing."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await question()
    except (RedisError, OSError, TimeoutError) as error:
        raise PmsFailing("away", f"Redis does not answer: {error}") from error
