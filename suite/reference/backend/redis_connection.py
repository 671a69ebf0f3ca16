"""Connections to Redis whose end is told as such."""

from __future__ import annotations

from collections.abc import Iterable

from redis.asyncio.connection import Connection
from redis.exceptions import ConnectionError as RedisConnectionError


class RedisConnection(Connection):
    """Use as `connection_class`: uvloop raises RuntimeError where something is written to what is closed, and
    redis-py takes that for no error of the connection's.
    """

    async def send_packed_command(
        self, command: bytes | str | Iterable[bytes], check_health: bool = True
    ) -> None:
        """Raises redis' ConnectionError where the connection has gone."""
        try:
            await super().send_packed_command(command, check_health)
        except RuntimeError as error:
            raise RedisConnectionError(f"the connection has gone: {error}") from error
