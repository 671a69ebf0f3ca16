"""Opening the database of a ledger and the settings that every connection needs."""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import select
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DisconnectionError

from suite.config.ledger_url import shown
from suite.errors import ConfigurationError, MissingExtra, StoreError
from suite.files import LARGEST, disk_faults
from suite.ledger.companions import check_companions
from suite.ledger.sealed import is_sealed, reading_uri

_STALE = 60
"""Seconds after which another connection is made: who knows what became of it while there was load."""
_SLICE = 100
"""Milliseconds for which SQLite waits for a lock at a time."""
_STEPS, _MOST, _MOST_PER_BYTE = 1_000_000, 100_000_000, 100
"""Steps of SQLite's: how many a statement has before they are counted, and are counted at a time; how many
a transaction may take of any file, and for each byte of one. No statement on thousands of Runs is counted.
"""
_SHOWN = 40
"""Characters of a document that is none."""
_MAGIC = b"SQLite format 3\0"
_NAMES = r'\(\s*"?\w+"?(?:\s*,\s*"?\w+"?)*+\s*\)'
_PLAIN = re.compile(
    rf"CREATE\s+(?:TABLE[^()]+\((?:[^()]++|{_NAMES})*+\)|(?:UNIQUE\s+)?INDEX[^()]+{_NAMES})\s*", re.IGNORECASE
)
"""A table or an index as a ledger has them: what SQLite reckons out stands between brackets that hold more
than names, or behind them.
"""
_SMALLEST = 512
"""Bytes in the smallest page that SQLite knows, and so in the smallest database."""


def identity_of(url: URL) -> str:
    """The same from wherever it is named, without secrets, and text whatever bytes a path has."""
    if url.get_backend_name() != "sqlite":
        return shown(url)
    return os.fsencode(Path(str(url.database)).resolve()).decode(errors="backslashreplace")


def open_engine(url: URL, timeout: float) -> Engine:
    """An engine whose connections wait up to `timeout` seconds for a lock; PostgreSQL's twice for answers.

    Creates the folder of an SQLite file. Refuses, untouched, a file that is not an SQLite database:
    SQLite itself would take a short one for empty. Raises StoreError or ConfigurationError.
    """
    if url.get_backend_name() != "sqlite":
        waits = {name: value for name, value in _waits(timeout).items() if name not in url.query}
        try:
            engine = create_engine(url, connect_args=waits, pool_recycle=_STALE, json_deserializer=_decoded)
        except ImportError as error:
            raise MissingExtra("psycopg", "postgresql") from error
        from suite.services.answering import answering  # of an extra

        connect = answering(timeout / 3, 3 * timeout)  # it ends a statement itself after twice that
        event.listen(engine, "do_connect", lambda _dialect, _record, words, named: connect(*words, **named))
        event.listen(engine, "connect", partial(_limit, timeout))
        event.listen(engine, "checkout", _refuse_ended)
        return engine
    if not url.database or url.database == ":memory:":
        raise ConfigurationError("a ledger needs a file; give its path with --ledger")
    path = Path(url.database)
    with disk_faults(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _refuse_foreign(path)
    # No pool: a connection is cheap, must not outlive a fork, and the last one folds the WAL back in.
    engine = create_engine(
        url, poolclass=NullPool, connect_args={"timeout": timeout}, json_deserializer=_decoded
    )
    event.listen(engine, "do_connect", partial(_connected, path))
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", partial(_begin, path, timeout))
    return engine


def use_wal(engine: Engine, timeout: float) -> None:
    """Let readers and one writer work at once. The file remembers it, so this is done when it is made."""
    deadline = time.monotonic() + timeout
    while True:
        connection = engine.raw_connection()
        try:
            # On file systems without shared memory SQLite stays with its journal, which is as safe.
            connection.cursor().execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            # This one statement does not wait for locks by itself.
            if not _is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        finally:
            connection.close()


def _refuse_foreign(path: Path) -> None:
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb") as file:
        start = file.read(_SMALLEST)
    if len(start) < _SMALLEST or not start.startswith(_MAGIC):
        raise StoreError(
            f"ledger {path} is not a database or is corrupt; it was left as it is: "
            "move it away or restore it from a backup"
        )


def _waits(timeout: float) -> dict[str, int]:
    """How long libpq waits: for a connection, and for a peer that no longer acknowledges anything."""
    return {
        "connect_timeout": max(math.ceil(timeout), 2),  # what it takes 1 for
        "tcp_user_timeout": math.ceil(1000 * timeout),
        "keepalives_idle": max(math.ceil(timeout / 3), 1),
        "keepalives_interval": max(math.ceil(timeout / 6), 1),
        "keepalives_count": 3,
    }


def _limit(timeout: float, connection: Any, _record: Any) -> None:
    """Have PostgreSQL give up on a lock, or on a statement; a pooler between us takes no such options."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {math.ceil(1000 * timeout)}")
        cursor.execute(f"SET statement_timeout = {math.ceil(2000 * timeout)}")  # later: a lock is to be told
    connection.commit()


def _refuse_ended(connection: Any, *_: Any) -> None:
    """Have another one made in place of what an interrupt closed, or a server that has ended since: it said
    so, or its end of the connection is gone, and of a server nothing else is unasked for.
    """
    if connection.closed:
        raise DisconnectionError
    said = select.poll()
    said.register(connection.fileno(), select.POLLIN)
    if said.poll(0):
        raise DisconnectionError


def _connected(path: Path, _dialect: Any, _record: Any, _words: Any, named: Any) -> sqlite3.Connection | None:
    """A connection to a sealed file; none has SQLAlchemy make the usual one."""
    check_companions(path)
    if is_sealed(path):
        made: sqlite3.Connection = sqlite3.connect(reading_uri(path), uri=True, **named)
        return made
    _make_private(path)
    return None


def _make_private(path: Path) -> None:
    """Make the file if there is none, or none any more: SQLite lets all read it, and it may have what a
    system printed.
    """
    if not path.exists():
        with contextlib.suppress(OSError):  # SQLite says better why it can't
            path.touch(mode=0o600)


def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver would open transactions late and upgrade them to writing, which fails under WAL
    # instead of waiting; so transactions are begun here, in _begin.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST)
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")


def _decoded(text: str | bytes) -> Any:
    """What is in a column; of what is no JSON the start: who asks for it finds that it is no record."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return str(text[:_SHOWN])


def _begin(path: Path, timeout: float, connection: Connection) -> None:
    own: Any = connection.connection.dbapi_connection
    writing = connection.get_execution_options().get("writing", False)
    deadline = time.monotonic() + timeout
    own.set_progress_handler(_steps(path), _STEPS)
    own.execute(f"PRAGMA busy_timeout = {_SLICE}")  # no signal is heard while SQLite waits
    try:
        while True:
            try:
                own.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
                _refuse_programs(own, path)
                return
            except sqlite3.OperationalError as error:
                own.rollback()
                if not _is_busy(error) or time.monotonic() > deadline:
                    raise
    finally:
        own.execute(f"PRAGMA busy_timeout = {round(1000 * timeout)}")


def _steps(path: Path) -> Callable[[], int]:
    """What says 0 as often as an honest file has SQLite ask: pages of another may name each other, so that a
    table of some kilobytes has no end. No code of Python's: a signal that comes in it would be lost.
    """
    size = path.stat().st_size if path.exists() else 0
    return iter(bytes((_MOST + _MOST_PER_BYTE * size) // _STEPS)).__next__


def _refuse_programs(connection: sqlite3.Connection, path: Path) -> None:
    """Views and triggers are programs, and so is what a column, a check or an index reckons out: one may
    never end.

    No authorizer: SQLite takes a signal that comes while it asks us for a No.
    """
    for (text,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"):
        if not _PLAIN.fullmatch(str(text)):
            raise StoreError(
                f"ledger {path} has views or triggers, or reckons in its tables, which a ledger does not; "
                "it was left as it is: use another"
            )


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
