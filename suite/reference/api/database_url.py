"""URLs of databases as users write them, and as SQLAlchemy's async drivers want them."""

from __future__ import annotations

from sqlalchemy import URL, make_url

_DRIVERS = {
    "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg", "sqlite": "sqlite+aiosqlite",
}  # fmt: skip

_MODE = "sslmode"


def async_url(text: str) -> URL:
    """`text` with an async driver. Raises ValueError, which doesn't show a password."""
    try:
        url = make_url(text)
        driver = _DRIVERS[url.drivername.partition("+")[0]]
    except Exception as error:  # SQLAlchemy's own would quote it all
        raise ValueError(
            "the database is none that this backend knows; write it like "
            "postgresql://user:password@host:5432/name or sqlite:////folder/api.db"
        ) from error
    url = url.set(drivername=driver)
    if url.host and (others := ", ".join(sorted(set(url.query) - {_MODE}))):
        raise ValueError(f"of a database URL's options this backend knows {_MODE}, not {others}")
    if mode := url.query.get(_MODE):  # libpq's word for what asyncpg calls ssl
        url = url.difference_update_query([_MODE]).update_query_dict({"ssl": mode})
    return url


def place(url: URL) -> str:
    """Which database it is, for messages."""
    return f"{url.host}:{url.port or 5432}/{url.database}" if url.host else str(url.database)
