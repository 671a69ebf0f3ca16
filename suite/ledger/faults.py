"""Errors of the database as one clear line that says what would mend them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from suite.errors import StoreError

_SQLITE = {
    sqlite3.SQLITE_NOTADB: "is not a ledger or is corrupt; it was left as it is: move it away or restore it",
    sqlite3.SQLITE_CORRUPT: "is corrupt; it was left as it is: move it away or restore it from a backup",
    sqlite3.SQLITE_AUTH: "has views or triggers, which a ledger has not; it was left as it is: use another",
    sqlite3.SQLITE_FULL: "can't be written, the disk is full; free some space",
    sqlite3.SQLITE_READONLY: "is read-only; make file and folder writable or choose another folder",
    sqlite3.SQLITE_PERM: "may not be opened; make file and folder writable or choose another folder",
    sqlite3.SQLITE_CANTOPEN: "can't be opened; make file and folder writable or choose another folder",
    sqlite3.SQLITE_BUSY: "stays locked by another process; wait for it or end it, then try again",
    sqlite3.SQLITE_LOCKED: "stays locked by another process; wait for it or end it, then try again",
    sqlite3.SQLITE_IOERR: "can't be read or written, the disk reports an error; check the disk and its space",
}

_POSTGRESQL = {
    "55P03": "stays locked by another process; wait for it or end it, then try again",
    "57014": "takes too long to answer; look at what the server is busy with, then try again",
}
"""By SQLSTATE: a lock, a statement that the server gave up on."""

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
    if code == sqlite3.SQLITE_IOERR and _is_full(Path(str(place)).parent):
        code = sqlite3.SQLITE_FULL  # files beside the database could not grow
    known = _SQLITE.get(code) or _POSTGRESQL.get(getattr(error, "sqlstate", None) or "")
    return known or f"can't be used: {_first_line(error)}"


def _is_full(folder: Path) -> bool:
    try:
        found = os.statvfs(folder)
    except OSError:
        return False
    return found.f_bavail * found.f_frsize < _ROOM


def _first_line(error: BaseException | None) -> str:
    return (str(error).strip().splitlines() or ["unknown error"])[0]
