"""The backend's database connections: in a PostgreSQL, which is not waited for too long."""

from __future__ import annotations

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from suite.reference.backend.connections import Connections
from suite.reference.backend.counting import Counting
from suite.reference.hotel.settings import HotelSettings


def async_url(text: str) -> URL:
    """The URL of a PostgreSQL with an async driver. Raises ValueError, which doesn't show a password."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # which would quote it all
        url = None
    if url is None or url.drivername.partition("+")[0] not in ("postgresql", "postgres"):
        raise ValueError(
            "the database is a PostgreSQL; write it like postgresql://user:password@host:5432/name"
        )
    return url.set(drivername="postgresql+asyncpg")


def connections_of(settings: HotelSettings, counters: Counting) -> Connections:
    """As many as `settings` say. Raises ValueError, which doesn't show a password."""
    return Connections(
        async_url(settings.database),
        size=settings.pool_size,
        overflow=settings.pool_overflow,
        timeout=settings.pool_timeout,
        counters=counters,
        connecting={"timeout": settings.patience, "command_timeout": settings.patience},
    )
