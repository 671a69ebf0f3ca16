"""The backend's database connections: in a PostgreSQL or an SQLite, which is tuned."""

from __future__ import annotations

from suite.reference.api.database_url import async_url
from suite.reference.backend.connections import Connections
from suite.reference.backend.counting import Counting

_SQLITE = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "foreign_keys=ON")


def connections_to(
    database: str, *, size: int, overflow: int, timeout: float, counters: Counting
) -> Connections:
    """Connections to the database at that URL. Raises ValueError, which doesn't show a password."""
    url = async_url(database)
    tuned = _tuned if url.get_backend_name() == "sqlite" else None
    return Connections(url, size=size, overflow=overflow, timeout=timeout, counters=counters, tuned=tuned)


def _tuned(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for setting in _SQLITE:
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()
