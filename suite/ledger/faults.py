"""Errors of the database as one clear line that says what would mend them."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from suite.errors import StoreError
from suite.files import LARGEST, refusing

_SQLITE = {
    sqlite3.SQLITE_NOTADB: "is not a ledger or is corrupt; it was left as it is: move it away or restore it",
    sqlite3.SQLITE_CORRUPT: "is corrupt; it was left as it is: move it away or restore it from a backup",
    sqlite3.SQLITE_INTERRUPT: "is corrupt, a table has no end; move it away or restore it from a backup",
    sqlite3.SQLITE_FULL: "can't be written, the disk is full; free some space",
    sqlite3.SQLITE_READONLY: "is read-only; make file and folder writable or choose another folder",
    sqlite3.SQLITE_PERM: "may not be opened; make file and folder writable or choose another folder",
    sqlite3.SQLITE_CANTOPEN: "can't be opened; make file and folder writable or choose another folder",
    sqlite3.SQLITE_BUSY: "stays locked by another process; wait for it or end it, then try again",
    sqlite3.SQLITE_LOCKED: "stays locked by another process; wait for it or end it, then try again",
    sqlite3.SQLITE_TOOBIG: f"has a value of more than {LARGEST >> 20} MiB there, which no result has; what "
    "else there is can be had: suite export FOLDER, and suite import FOLDER --ledger with another file",
    sqlite3.SQLITE_IOERR: "can't be read or written, the disk reports an error; check the disk and its space",
}

_POSTGRESQL = {
    "55P03": "stays locked by another process; wait for it or end it, then try again",
    "57014": "takes too long to answer; look at what the server is busy with, then try again",
    "25006": "is read-only, as a standby is; name a server and a database that take writing with --ledger",
    "42501": "denies this user what a ledger takes; have it own the tables, or name another one in the URL",
    "53100": "can't be written, the disk of the server is full; free some space there",
    "57P01": "was lost: the server was shut down, or ended our connection; try again when it is there",
    "57P02": "was lost: the server has crashed; try again when it is there",
}
"""By SQLSTATE: a lock, a statement that the server gave up on, what it does not do."""
_NOT_CONNECTED = (
    (re.compile("too many (?:connections|clients)|remaining connection slots"),
     "end some connections that are idle, or raise the limit, then try again"),
    (re.compile("authentication failed|no password supplied"),
     "look at user and password in its URL, or at PGPASSWORD and .pgpass"),
    (re.compile("database .* does not exist"), "make it with createdb, or name another one"),
    (re.compile("Connection refused|resolve|not known|No such file"),
     "is the server running, and are host and port of its URL right?"),
)  # fmt: skip
"""Of a connection that was not made there is the message alone."""

_OF_THE_PLACE = (
    sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR
)  # fmt: skip
"""What it says where beside it nothing can be made."""
_ROOM = 1 << 16
"""Bytes without which a database can hardly change."""


@contextmanager
def database_faults(place: object) -> Iterator[None]:
    """Turn what SQLAlchemy and the database raise about the ledger at `place` into StoreError."""
    try:
        yield
    except DBAPIError as error:
        raise StoreError(f"ledger {place} {_database_reason(error.orig, place)}") from error
    except sqlite3.Error as error:  # from a connection that SQLAlchemy does not watch
        raise StoreError(f"ledger {place} {_database_reason(error, place)}") from error
    except SQLAlchemyError as error:
        raise StoreError(f"ledger {place} can't be used: {_first_line(error)}") from error


def _database_reason(error: BaseException | None, place: object) -> str:
    # The low byte is SQLite's primary code; the rest only says where it came from.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _OF_THE_PLACE and (known := refusing(Path(str(place)))):
        return f"can't be opened or written: {known}"
    if code == sqlite3.SQLITE_IOERR and _is_full(Path(str(place)).parent):
        code = sqlite3.SQLITE_FULL  # files beside the database could not grow
    known = _SQLITE.get(code) or _POSTGRESQL.get(getattr(error, "sqlstate", None) or "")
    return known or f"can't be used: {_first_line(error)}{_advice(str(error), place)}"


def _advice(said: str, place: object) -> str:
    """What to do about what a server said."""
    if "://" not in str(place) or "try again" in said:
        return ""
    known = (do for sign, do in _NOT_CONNECTED if sign.search(said))
    return f"; {next(known, 'look at the server, then try again')}"


def _is_full(folder: Path) -> bool:
    try:
        found = os.statvfs(folder)
    except OSError:
        return False
    return found.f_bavail * found.f_frsize < _ROOM


def _first_line(error: BaseException | None) -> str:
    return (str(error).strip().splitlines() or ["unknown error"])[0]
