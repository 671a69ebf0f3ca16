"""What a ledger says when its file or disk is not as it should be, and that it leaves both alone."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import struct
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event
from support.runs import make_run

from suite.errors import Interrupted, StoreError
from suite.files import disk_faults
from suite.ledger.faults import database_faults
from suite.ledger.pruning import Pruning
from suite.ledger.store import Ledger
from suite.process.guard import interruptible

_TRIGGER = "CREATE TRIGGER t AFTER INSERT ON m BEGIN DELETE FROM m; END"


@pytest.mark.parametrize("size", [1, 15, 16, 99, 100, 511, 512, 4096, 5000])
@pytest.mark.parametrize("start", [b"", b"SQLite format 3\0"])
def test_a_file_that_is_no_database_is_refused_and_left(tmp_path: Path, size: int, start: bytes) -> None:
    place = tmp_path / "ledger.db"
    content = (start + b"garbage!" * 1000)[:size]
    place.write_bytes(content)
    with pytest.raises(StoreError, match="corrupt"):
        Ledger(place)
    assert place.read_bytes() == content


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _overwritten(content: bytes) -> bytes:
    return content[:4096] + b"\xff" * (len(content) - 4096)


def _zeroed(content: bytes) -> bytes:
    return bytes(len(content))


@pytest.mark.parametrize("damage", [_cut, _overwritten, _zeroed])
def test_a_damaged_ledger_is_reported_and_left(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    place = tmp_path / "ledger.db"
    with Ledger(place) as ledger:
        ledger.add(make_run())
    damaged = damage(place.read_bytes())
    place.write_bytes(damaged)
    with pytest.raises(StoreError, match=re.escape(str(place)) + ".*corrupt"), Ledger(place) as ledger:
        ledger.add(make_run(id="second"))
    assert place.read_bytes() == damaged


@pytest.mark.parametrize(("blocks", "says"), [(3, "the disk is full"), (99, "the disk reports an error")])
def test_an_error_of_a_disk_that_is_full_is_called_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blocks: int, says: str
) -> None:
    """What lies beside a database can't grow there, and SQLite only says that it failed."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
    room = os.statvfs_result((4096, 4096, 1000, blocks, blocks, 1, 1, 1, 0, 255))
    monkeypatch.setattr("suite.ledger.faults.os.statvfs", lambda _: room)
    with pytest.raises(StoreError, match=says), database_faults(tmp_path / "ledger.db"):
        raise error


def test_an_empty_file_is_a_new_ledger(tmp_path: Path) -> None:
    place = tmp_path / "ledger.db"
    place.touch()
    with Ledger(place) as ledger:
        assert ledger.runs() == []


def test_a_newer_ledger_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "ledger.db"
    with Ledger(place) as ledger, ledger._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE loadledger_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"newer loadledger \(revision 9999\); use that version"):
        Ledger(place)


def test_a_database_of_something_else_is_refused_and_left(tmp_path: Path) -> None:
    place = tmp_path / "photos.db"
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("CREATE TABLE photos (id)")
    before = place.read_bytes()
    with pytest.raises(StoreError, match="something else"):
        Ledger(place)
    assert place.read_bytes() == before


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "results").touch()
    with pytest.raises(StoreError, match="a part of its path is a file; choose another folder"):
        Ledger(tmp_path / "results" / "ledger.db")


def test_a_ledger_that_is_a_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="folder"):
        Ledger(tmp_path)


def test_a_full_disk_loses_nothing_that_was_there(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.add(make_run())

        @event.listens_for(ledger._engine, "connect")
        def _full(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA max_page_count = 1")  # what is there stays, nothing can be added

        big = make_run(id="big", branch="x" * 1_000_000)
        with pytest.raises(StoreError, match="the disk is full; free some space"):
            ledger.add(big)
        assert [entry.id for entry in ledger.runs()] == [make_run().id]


def test_a_read_only_ledger_can_be_read_and_says_so_when_written(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.add(make_run())

        @event.listens_for(ledger._engine, "connect")
        def _read_only(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA query_only = ON")

        assert len(ledger.runs()) == 1
        with pytest.raises(StoreError, match="read-only"):
            ledger.add(make_run(id="second"))


def test_a_locked_ledger_is_waited_for_and_then_reported(tmp_path: Path) -> None:
    place = tmp_path / "ledger.db"
    with Ledger(place, timeout=0.05) as ledger, closing(sqlite3.connect(place)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert ledger.runs() == []
        with pytest.raises(StoreError, match="locked by another process"):
            ledger.add(make_run())


def test_what_waits_for_a_locked_ledger_can_be_interrupted(tmp_path: Path) -> None:
    """Ctrl-C was heard when SQLite had waited for thirty seconds, and after that."""
    place = tmp_path / "ledger.db"
    with Ledger(place, timeout=3600) as ledger, closing(sqlite3.connect(place)) as other:
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(Interrupted), interruptible():
            ledger.add(make_run())
        timer.join()
        other.rollback()
        ledger.add(make_run())
        assert ledger.latest() == make_run()


@pytest.mark.parametrize(
    ("number", "reason"),
    [(28, "disk is full"), (30, "read-only"), (13, "no permission"), (36, "too long"), (5, "error")],
)
def test_errors_of_the_disk_say_what_would_mend_them(number: int, reason: str) -> None:
    with pytest.raises(StoreError, match=rf"^can't write x: .*{reason}"), disk_faults("x"):
        raise OSError(number, "Input/output error")


def test_a_signal_that_comes_while_a_statement_is_prepared_interrupts(tmp_path: Path) -> None:
    """SQLite asked us about each, and took it for a No: a sound ledger was said to have views or triggers."""
    with Ledger(tmp_path / "ledger.db") as ledger, ledger.session(writing=True) as session:
        connection = session.connection().connection.dbapi_connection
        assert isinstance(connection, sqlite3.Connection)
        seen = []
        sys.setprofile(lambda frame, *_: seen.append(frame.f_code.co_filename))
        try:
            connection.execute("SELECT count(*) FROM metrics, documents").fetchone()
        finally:
            sys.setprofile(None)
    assert {*seen} == {__file__}  # no Python of ours runs in it, where an error would be lost


@pytest.mark.parametrize("program", ["CREATE VIEW metrics AS SELECT * FROM m", _TRIGGER])
def test_views_and_triggers_are_refused(tmp_path: Path, program: str) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.add(make_run())
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as database:
        database.executescript(f"ALTER TABLE metrics RENAME TO m; {program}")
    for use in (lambda ledger: ledger.runs(), lambda ledger: ledger.add(make_run())):
        with pytest.raises(StoreError, match="views or triggers"), Ledger(tmp_path / "ledger.db") as ledger:
            use(ledger)


_SLOW_CONSTANT = "instr(hex(zeroblob(10000000)), hex(zeroblob(4000000)) || '1')"
_SLOW = _SLOW_CONSTANT.replace("'1'", "workload")


@pytest.mark.parametrize(
    ("kept", "instead"),
    [
        ("branch VARCHAR", f"branch VARCHAR AS ({_SLOW})"),
        ("branch VARCHAR", f"branch VARCHAR CHECK ({_SLOW})"),
        ("branch VARCHAR", f"branch VARCHAR DEFAULT ({_SLOW_CONSTANT})"),
        ("(started_at)", f"({_SLOW})"),
        ("(started_at)", "(machine GLOB load)"),
        ("(started_at)", "(started_at) WHERE machine GLOB load"),
    ],
)
def test_what_a_table_or_an_index_reckons_out_is_refused(tmp_path: Path, kept: str, instead: str) -> None:
    """It took an hour and no signal was heard: `suite run` had measured, and hung."""
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.add(make_run())
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as database, database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute("UPDATE sqlite_master SET sql = replace(sql, ?, ?)", (kept, instead))
    with pytest.raises(StoreError, match="reckons in its tables"):
        Ledger(tmp_path / "ledger.db")


def test_a_table_without_end_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that name one another a hundred times: `suite prune` took all memory, and heard no Ctrl-C."""
    monkeypatch.setattr("suite.ledger.database._MOST", 5_000_000)
    place = tmp_path / "ledger.db"
    with Ledger(place) as ledger:
        ledger.add(make_run())
    with closing(sqlite3.connect(place)) as database:
        database.execute("PRAGMA journal_mode = DELETE")
        (root,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'results'").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    pages = place.read_bytes()
    pages += pages[(root - 1) * size : root * size]
    for _ in range(6):
        pages += _inner_page(len(pages) // size, size)
    pages = pages[: (root - 1) * size] + pages[-size:] + pages[root * size :]
    place.write_bytes(pages[:28] + struct.pack(">I", len(pages) // size) + pages[32:])
    with Ledger(place) as ledger, pytest.raises(StoreError, match="a table has no end"):
        Pruning(ledger, [], keep=1).planned()


def _inner_page(below: int, size: int) -> bytes:
    """A page of a table that names the page `below` a hundred times."""
    cells = b"".join(struct.pack(">IB", below, number) for number in range(1, 101))
    begin = size - len(cells)
    head = struct.pack(">BHHHBI", 5, 0, 100, begin, 0, below)
    places = struct.pack(">100H", *range(begin, size, 5))
    return (head + places).ljust(begin, b"\0") + cells
