"""What the URL of a PostgreSQL calls options."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit


def foreign_options(url: str) -> list[str]:
    """Those that libpq knows none of, by name; their values may be anything."""
    from psycopg.pq import Conninfo

    known = {one.keyword.decode() for one in Conninfo.get_defaults()} | {"ssl"}
    given = (part.partition("=") for part in urlsplit(url).query.split("&"))
    return [unquote(name) for name, sign, _ in given if sign and unquote(name) not in known]
