"""What a property management system knows, in an SQLite file that several of its servers may share."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from suite.reference.hotel.pms.generator import guests, reservations

Kind = Literal["guests", "reservations"]
_SCHEMA = (
    "pragma journal_mode = wal",
    "pragma synchronous = off",  # a process that is killed loses nothing; a disk is waited for by all
    "create table if not exists changes (last integer not null)",
    """create table if not exists guests (id integer primary key, name text not null, email text not null,
       phone text not null, language text not null, wishes text not null, version integer not null,
       change integer not null, key text)""",
    """create table if not exists reservations (id integer primary key autoincrement, guest integer not null,
       room integer not null, arrival text not null, departure text not null, version integer not null,
       change integer not null, key text unique)""",
    """create table if not exists nights (room integer, night text, reservation integer not null,
       primary key (room, night)) without rowid""",
    "create index if not exists guests_changed on guests (change)",
    "create index if not exists reservations_changed on reservations (change)",
)
_SHOWN = {
    "guests": "id, name, email, phone, language, wishes, version",
    "reservations": "id, guest, room, arrival, departure, version, key",
}
_BUSY_SECONDS = 5.0


class UnknownRecord(LookupError):
    """There is none of that number."""


class StaleVersion(Exception):
    """The record has been changed since; `version` is what it has now."""

    def __init__(self, version: int) -> None:
        super().__init__(f"it has version {version} by now")
        self.version = version


class RoomTaken(Exception):
    """Somebody else has the room in one of the nights."""


class KeyReused(Exception):
    """The key stands for another booking."""


class PmsStore:
    """Guests and reservations, each with a version. Every change has a number, one higher than the last.

    What a method returns is committed, and every server on the same file sees it. A `key` names one attempt
    to change something: who comes again with it gets what it did the first time.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        try:
            for statement in _SCHEMA:
                self._connection.execute(statement)
        except sqlite3.Error:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def fill(self, *, guest_count: int, rooms: int, stays: int, seed: int) -> None:
        """Make guests and reservations, unless there are some."""
        with self._changing() as connection:
            if connection.execute("select 1 from changes").fetchone():
                return
            made = list(guests(guest_count, seed))
            booked = list(reservations(stays, rooms, guest_count, seed))
            connection.executemany(
                "insert into guests values (:id, :name, :email, :phone, :language, :wishes, 1, :id, null)",
                made,
            )
            connection.executemany(
                f"insert into reservations values (:id, :guest, :room, :arrival, :departure, 1, "  # noqa: S608
                f"{guest_count} + :id, null)",
                booked,
            )
            for one in booked:
                self._occupy(one)
            connection.execute("insert into changes values (?)", (guest_count + len(booked),))

    def find(self, kind: Kind, number: int) -> dict[str, Any]:
        """One record. Raises UnknownRecord."""
        return self._one(kind, "id", number)

    def booked(self, key: str) -> dict[str, Any]:
        """The reservation that was made with `key`. Raises UnknownRecord."""
        return self._one("reservations", "key", key)

    def write_guest(self, number: int, version: int, key: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """Change a guest that still has `version`. Raises UnknownRecord, StaleVersion."""
        with self._changing() as connection:
            now = self._one("guests", "id", number)
            if now["version"] != version:
                by = connection.execute("select key from guests where id = ?", (number,)).fetchone()["key"]
                if not key or by != key or now["version"] != version + 1:
                    raise StaleVersion(now["version"])
                return now
            values = {**now, **fields, "key": key, "change": self._next()}
            connection.execute(
                """update guests set name = :name, email = :email, phone = :phone, language = :language,
                   wishes = :wishes, version = version + 1, change = :change, key = :key where id = :id""",
                values,
            )
            return self._one("guests", "id", number)

    def book(self, key: str, stay: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
        """The reservation of a stay (guest, room, arrival, departure), and whether it was made just now.

        Raises UnknownRecord (the guest), RoomTaken, KeyReused.
        """
        with self._changing() as connection:
            known = connection.execute("select id from reservations where key = ?", (key,)).fetchone()
            if known is not None:
                found = self._one("reservations", "id", known["id"])
                if any(found[name] != stay[name] for name in ("guest", "room", "arrival", "departure")):
                    raise KeyReused(f"the key {key} stands for another booking")
                return found, False
            self._one("guests", "id", stay["guest"])
            made = connection.execute(
                """insert into reservations (guest, room, arrival, departure, version, change, key)
                   values (:guest, :room, :arrival, :departure, 1, :change, :key)""",
                {**stay, "change": self._next(), "key": key},
            )
            try:
                self._occupy({**stay, "id": made.lastrowid})
            except sqlite3.IntegrityError as error:
                raise RoomTaken(f"room {stay['room']} is taken in these nights") from error
            return self._one("reservations", "id", made.lastrowid), True

    def changed(self, kind: Kind, after: int, limit: int) -> tuple[list[dict[str, Any]], int, bool]:
        """Records changed after a change, in the order of changes; the last one's; whether there are more."""
        rows = self._connection.execute(
            f"select {_SHOWN[kind]}, change from {kind} where change > ? order by change limit ?",  # noqa: S608
            (after, limit + 1),
        ).fetchall()
        found = [dict(row) for row in rows[:limit]]
        last = found[-1]["change"] if found else after
        for one in found:
            del one["change"]
        return found, last, len(rows) > limit

    def last_change(self, kind: Kind) -> int:
        """The number of the last change."""
        row = self._connection.execute(f"select max(change) as last from {kind}").fetchone()  # noqa: S608
        return int(row["last"] or 0)

    def _one(self, kind: Kind, column: str, value: object) -> dict[str, Any]:
        query = f"select {_SHOWN[kind]} from {kind} where {column} = ?"  # noqa: S608
        row = self._connection.execute(query, (value,)).fetchone()
        if row is None:
            raise UnknownRecord(f"there is no {kind[:-1]} {value}")
        return dict(row)

    def _next(self) -> int:
        """The number of a change that is being made."""
        row = self._connection.execute("update changes set last = last + 1 returning last").fetchone()
        return int(row["last"])

    def _occupy(self, stay: Mapping[str, Any]) -> None:
        rows = [(stay["room"], one, stay["id"]) for one in nights(stay["arrival"], stay["departure"])]
        self._connection.executemany("insert into nights values (?, ?, ?)", rows)

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """A transaction, alone in the file."""
        self._connection.execute("begin immediate")
        try:
            yield self._connection
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")


def nights(arrival: str, departure: str) -> list[str]:
    """The nights of a stay, ISO dates: its first day, not its last."""
    first = datetime.date.fromisoformat(arrival)
    count = (datetime.date.fromisoformat(departure) - first).days
    return [(first + datetime.timedelta(days=day)).isoformat() for day in range(count)]
