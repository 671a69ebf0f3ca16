"""Whether you agreed to go where a configuration file says: a database for results, an address to notify, a
service beside the system.

Such a file comes with a checkout. A database that it names would be sent your login (PGPASSWORD, ~/.pgpass)
by commands that run nothing of the checkout otherwise, be it a service of a load file that lies elsewhere; an
address would be told what you measure.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from suite.config.ledger_url import is_file, shown_place, url_of
from suite.errors import ConfigurationError
from suite.files import disk_faults
from suite.process.redaction import without_password
from suite.process.secret_forms import NAMED


def needed(ledger: str) -> bool:
    """Whether it is a server or an address, and not agreed to."""
    return not is_file(ledger) and without_password(ledger) not in _agreed()


def _is_as_shown(place: str) -> bool:
    """Whether what connects goes where people are shown: a password may have an @ in it, and so may what
    follows a host.
    """
    shown = without_password(place)
    if place.startswith(("http://", "https://")):
        parts = urlsplit(place)
        return "@" not in parts.netloc and parts == urlsplit(shown)._replace(query=parts.query)
    from sqlalchemy import make_url  # whatever connects there needs it too
    from sqlalchemy.exc import ArgumentError

    try:
        one, other = make_url(place), make_url(shown)
    except (ArgumentError, ValueError):
        return False
    places = [(url.drivername, url.host, url.port, url.database, _open(url.query)) for url in (one, other)]
    return places[0] == places[1]


def _open(query: Mapping[str, object]) -> dict[str, object]:
    """What follows a host, which may name another, without what is called a secret: that may be left out."""
    return {name: None if NAMED.search(name) else value for name, value in query.items()}


def _told(place: str) -> str:
    """A place in a message: of an address to notify its host."""
    scheme, _, _ = place.partition("://")
    return f"{scheme}://{host_of(place)}" if scheme in ("http", "https") else shown_place(place)


def check_place(place: str, source: str) -> None:
    """Raise ConfigurationError for a `place` that may lead elsewhere than it seems."""
    if not is_file(place) and not _is_as_shown(place):
        raise ConfigurationError(
            f"{source} names {_told(place)}, and may mean another place by it: "
            "in a user or password write @ as %40, / as %2F, ? as %3F, # as %23, & as %26; "
            "an address has neither"
        )


def check_ledger(ledger: str, source: str) -> None:
    """Raise ConfigurationError for a `ledger` that may lead elsewhere than it seems, or can hold none."""
    check_place(ledger, source)
    try:
        url_of(ledger)
    except ConfigurationError as error:
        raise ConfigurationError(f"{source}: {error}") from error


def check(ledger: str, source: str) -> None:
    """Raise ConfigurationError if `ledger`, which the file `source` names, needs your consent."""
    check_ledger(ledger, source)
    if needed(ledger):
        raise ConfigurationError(
            f"{source} has results kept at {shown_place(ledger)}, where your login would be sent; "
            "if that is right, say so once: suite config --agree; or name it with --ledger, LOADLEDGER_LEDGER"
        )


def check_notified(url: str, source: str) -> None:
    """Raise ConfigurationError if `url`, which the file `source` has verdicts sent to, needs your consent."""
    check_place(url, source)
    if needed(url):
        raise ConfigurationError(
            f"{source} has changes of verdicts sent to {host_of(url)}; if that is right, say so once: "
            "suite config --agree"
        )


def check_service(url: str, name: str, source: str) -> None:
    """Raise ConfigurationError if the service at `url`, which the file `source` names, needs your consent."""
    check_place(url, source)
    if needed(url):
        raise ConfigurationError(
            f"{source} has {name} at {shown_place(url)}, where your login and load would be sent; if "
            "that is right, say so once: suite config --agree; or name it in LOADLEDGER_POSTGRES or _REDIS"
        )


def host_of(url: str) -> str:
    """Where an address is; the rest of it is a secret as often as not."""
    return urlsplit(url).netloc.rpartition("@")[2]


def agree(ledger: str) -> None:
    """Remember that you agreed. Raises StoreError if that can't be written."""
    path = _path()
    with disk_faults(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{without_password(ledger)}\n")


def _agreed() -> set[str]:
    try:
        return {*_path().read_text(encoding="utf-8").splitlines()}
    except (OSError, UnicodeDecodeError, RuntimeError):  # RuntimeError: nobody knows your home
        return set()


def _path() -> Path:
    base = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config")
    return base.expanduser() / "loadledger" / "ledgers"
