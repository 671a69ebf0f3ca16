"""Connections to Redis whose end is told as such."""

import asyncio
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from suite.reference.backend.redis_connection import RedisConnection


class ClosedWriter:
    """As uvloop has it of a transport that has been closed."""

    def writelines(self, _data):
        raise RuntimeError("unable to perform operation on <TCPTransport closed=True>; the handler is closed")

    def close(self):
        """Again."""


def test_a_write_to_what_is_closed_is_an_error_of_the_connection():
    async def asked():
        connection: Any = RedisConnection()
        connection._reader, connection._writer = object(), ClosedWriter()
        await connection.send_packed_command(b"PING\r\n", check_health=False)

    with pytest.raises(RedisConnectionError, match="the connection has gone: unable to perform operation"):
        asyncio.run(asked())
