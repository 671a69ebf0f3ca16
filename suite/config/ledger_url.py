"""What a URL of a ledger may be: a file of SQLite's or a PostgreSQL, through the drivers that we know.

It may come with a checkout. SQLAlchemy knows more: what is called sqlite+something may lead to a host, and
some of what may follow a question mark is no option of a database, but loads a program.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from suite.errors import ConfigurationError
from suite.process.redaction import without_false_port, without_password
from suite.process.secret_forms import HIDDEN

if TYPE_CHECKING:
    from sqlalchemy import URL

_FILES = ("sqlite", "sqlite+pysqlite")
_POSTGRESQL = "postgresql+psycopg"
_SERVERS = ("postgresql", "postgres", _POSTGRESQL)
_PASSWORD = re.compile("(//[^:/@]*:).*@", re.DOTALL)
_OPTION = re.compile("([?&])([^=&]*)(=?)([^&]*)")
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
_SHOWN = re.compile(
    "application_name|channel_binding|client_encoding|dbname|fallback_application_name|gssdelegation"
    "|gssencmode|gsslib|host(?:addr)?|keepalives(?:_count|_idle|_interval)?|krbsrvname|load_balance_hosts"
    "|(?:ssl_)?(?:max|min)_protocol_version|options|port|replication|require_auth|requirepeer|requiressl"
    "|service(?:file)?|ssl(?:cert(?:mode)?|compression|crl(?:dir)?|mode|negotiation|rootcert|sni)?"
    "|target_session_attrs|connect_timeout|tcp_user_timeout|user"
)
"""Options of PostgreSQL that are no secret. What another is called says nothing: it may be a part of one."""


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
            f"{shown_place(place)!r} is not a database URL; write it like postgresql://user@host/name"
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
    return _OPTION.sub(_option, _PASSWORD.sub(rf"\1{HIDDEN}@", url.render_as_string()))


def shown_place(url: str) -> str:
    """A URL that somebody gave, whatever it is, as people may see it."""
    return _OPTION.sub(_option, without_false_port(without_password(url)))


def _option(found: re.Match[str]) -> str:
    mark, name, sign, _ = found.groups()
    if _SHOWN.fullmatch(name):
        return found[0]
    return f"{mark}{name}={HIDDEN}" if sign else f"{mark}{HIDDEN}"
