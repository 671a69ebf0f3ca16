"""The backend's database connections: an SQLite is tuned."""

import asyncio

import pytest
from sqlalchemy import text

from suite.reference.api.connections import connections_to
from suite.reference.hotel.counters import HotelCounters


def test_each_connection_to_an_sqlite_is_tuned(tmp_path):
    async def asked():
        pool = connections_to(
            f"sqlite:///{tmp_path}/x.db", size=2, overflow=0, timeout=1, counters=HotelCounters()
        )
        async with pool.reading() as one, pool.reading() as other:
            found = [
                (await connection.execute(text(f"pragma {name}"))).scalar_one()
                for connection in (one, other)
                for name in ("journal_mode", "busy_timeout", "foreign_keys")
            ]
        await pool.close()
        return found

    assert asyncio.run(asked()) == ["wal", 5000, 1] * 2


def test_another_database_is_told_without_what_may_be_a_password():
    with pytest.raises(ValueError, match="write it like") as told:
        connections_to("mysql://me:secret@host/x", size=1, overflow=0, timeout=1, counters=HotelCounters())
    assert "secret" not in str(told.value)
