"""Who speaks with Redis itself, in each way that the backend does, and some more."""

from __future__ import annotations

from typing import Any

from suite import User, operation

_NAMES = 200
_VALUE = "x" * 200


class ValkeyUser(User):
    """One connection; keys are shared by all."""

    async def connect(self, system: Any) -> None:
        """Open it."""
        from redis.asyncio import Redis

        self.redis: Any = Redis.from_url(system.url, decode_responses=True)
        await self.redis.ping()

    async def close(self) -> None:
        """Close it."""
        await self.redis.aclose()

    def name(self, kind: str) -> str:
        """A key."""
        return f"load:{kind}:{self.random.randrange(_NAMES)}"

    @operation(tags={"redis", "write"})
    async def set_string(self) -> None:
        """SET with an expiry, as a cache does."""
        assert await self.redis.set(self.name("string"), _VALUE, ex=60)

    @operation(tags={"redis", "read"})
    async def get_string(self) -> None:
        """GET."""
        assert await self.redis.get(self.name("string")) in (None, _VALUE)

    @operation(tags={"redis", "write"})
    async def write_hash(self) -> None:
        """HSET, as a session does."""
        await self.redis.hset(self.name("hash"), mapping={"name": "staff", "role": "agent"})

    @operation(tags={"redis", "read"})
    async def read_hash(self) -> None:
        """HGETALL."""
        assert await self.redis.hgetall(self.name("hash")) in ({}, {"name": "staff", "role": "agent"})

    @operation(tags={"redis", "write"})
    async def count(self) -> None:
        """INCR of one counter that all share."""
        await self.redis.incr("load:counter")
        self.keep({"counted": 1})

    @operation(tags={"redis", "write"})
    async def rank(self) -> None:
        """ZADD, as the index of sessions."""
        await self.redis.zadd("load:index", {self.name("member"): self.random.random()})

    @operation(tags={"redis", "write"})
    async def queue(self) -> None:
        """LPUSH and RPOP."""
        await self.redis.lpush("load:queue", _VALUE)
        assert await self.redis.rpop("load:queue") == _VALUE

    @operation(tags={"redis", "write"})
    async def transact(self) -> None:
        """Ten commands at once, in MULTI and EXEC."""
        async with self.redis.pipeline() as pipe:
            for number in range(10):
                pipe.hset("load:together", str(number), _VALUE)
            assert len(await pipe.execute()) == 10
