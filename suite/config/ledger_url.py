"""What a URL of a ledger may be: a file of SQLite's or a PostgreSQL, through the drivers that we know.

It may come with a checkout. SQLAlchemy knows more: what is called sqlite+something may lead to a host, and
some of what may follow a question mark is no option of a database, but loads a program.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from suite.errors import ConfigurationError

if TYPE_CHECKING:
    from sqlalchemy import URL

_FILES = ("sqlite", "sqlite+pysqlite")
_POSTGRESQL = "postgresql+psycopg"
_SERVERS = ("postgresql", "postgres", _POSTGRESQL)
_USER = re.compile("//.*@", re.DOTALL)
_PASSWORD = re.compile("(//[^:/@]*:).*@", re.DOTALL)
_OPTION = re.compile("([?&][^=&]*(?:pass|secret|token|key)[^=&]*=)[^&]*", re.IGNORECASE)
_HIDDEN = r"\1***"
_NOT_ITS_OPTIONS = (
    "plugin",
    "conninfo",
    "context",
    "autocommit",
    "prepare_threshold",
    "row_factory",
    "cursor_factory",
)
"""What SQLAlchemy and psycopg would take for themselves."""


def is_file(place: str) -> bool:
    """Whether it is a path, or the URL of a file: then no host is asked."""
    scheme, sign, _ = place.partition("://")
    return not sign or scheme in _FILES


def url_of(place: str | Path) -> URL:
    """The database URL of a path or of a URL as text. Raises ConfigurationError for one that is malformed, or
    no ledger's.

    postgresql:// and postgres://, as services hand them out, mean the driver that our extra brings.
    """
    from sqlalchemy import URL, make_url  # dear, and what connects needs it anyway
    from sqlalchemy.exc import ArgumentError

    if isinstance(place, Path) or "://" not in place:
        return URL.create("sqlite", database=str(place))
    try:
        url = make_url(place)
    except (ArgumentError, ValueError) as error:  # a port that is no number is a ValueError
        raise ConfigurationError(
            f"{_OPTION.sub(_HIDDEN, _USER.sub('//***@', place))!r} is not a database URL; "
            "write it like postgresql://user@host/name"
        ) from error
    if url.drivername in _FILES:
        if url.host or url.username or url.query:
            raise ConfigurationError(
                "a ledger in a file has a path and nothing else: write it like sqlite:///results/ledger.db"
            )
        return url.set(drivername="sqlite")
    if url.drivername not in _SERVERS:
        raise ConfigurationError(
            f"no driver for {url.drivername} databases: a ledger is a file, or postgresql://user@host/name"
        )
    if "@" in (url.host or ""):
        raise ConfigurationError(f"{shown(url)}: in a user or password write @ as %40")
    if foreign := [name for name in _NOT_ITS_OPTIONS if name in url.query]:
        raise ConfigurationError(f"{shown(url)}: {foreign[0]} is no option of PostgreSQL; leave it out")
    return url.set(drivername=_POSTGRESQL)


def shown(place: str | Path | URL) -> str:
    """A path or database URL as people may see it: of a file its path, else the URL without its secrets."""
    url = url_of(place) if isinstance(place, str | Path) else place
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return _OPTION.sub(_HIDDEN, _PASSWORD.sub(r"\1***@", url.render_as_string()))
