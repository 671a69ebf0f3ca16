"""What lies beside a database that somebody sent has SQLite remove nothing, and wait for nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import struct
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from support.runs import make_run

from suite.ledger.store import Ledger

_MAGIC = bytes.fromhex("d9d505f920a163d7")
_PAGE = 4096
_COMMANDS = ["show", "history", "prune --keep 1 --dry-run", "import"]


def _asked(place: Path, words: str) -> subprocess.CompletedProcess[str]:
    of = [str(place), "--ledger", "own.db"] if words == "import" else ["--ledger", str(place)]
    return subprocess.run(
        [sys.executable, "-m", "suite.cli", *words.split(), *of],
        cwd=place.parent, capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip


def _with_journal_of(victim: Path, place: Path) -> None:
    """A journal that a crash left, in the midst of a change to several databases, which `victim` names."""
    with closing(sqlite3.connect(place)) as database:
        database.execute("pragma journal_mode = delete")
    pages = place.stat().st_size // _PAGE
    head = (_MAGIC + struct.pack(">5I", 0, 0, pages, 512, _PAGE)).ljust(512, b"\0")
    name = os.fsencode(victim)
    end = struct.pack(">I", (1 << 30) // _PAGE + 1) + name + struct.pack(">2I", len(name), sum(name))
    Path(f"{place}-journal").write_bytes(head + end + _MAGIC)


def _ledger(folder: Path) -> Path:
    with Ledger(folder / "ledger.db") as ledger:
        ledger.add(make_run(id="first"))
    return folder / "ledger.db"


def test_sqlite_removes_what_such_a_journal_names(tmp_path: Path) -> None:
    """Else the next test would show nothing."""
    victim, place = tmp_path / "victim", _ledger(tmp_path)
    victim.write_text("precious")
    _with_journal_of(victim, place)
    with closing(sqlite3.connect(place)) as database:
        database.execute("select count(*) from sqlite_master").fetchone()
    assert not victim.exists()


@pytest.mark.parametrize("words", _COMMANDS)
def test_a_journal_beside_a_ledger_removes_no_file(tmp_path: Path, words: str) -> None:
    """`suite show` in a checkout removed any file of the user's that one in it named."""
    victim, place = tmp_path / "victim", _ledger(tmp_path)
    victim.write_text("precious")
    _with_journal_of(victim, place)
    said = _asked(place, words)
    assert victim.read_text() == "precious"
    assert said.returncode == 2, said
    assert "ledger.db-journal beside it, by which another file would be removed" in said.stderr


@pytest.mark.parametrize("ending", ["journal", "wal", "shm"])
def test_a_pipe_beside_a_ledger_is_not_waited_for(tmp_path: Path, ending: str) -> None:
    """It was, and no signal but SIGKILL ended that."""
    place = _ledger(tmp_path)
    for words in ("show", "import"):
        os.mkfifo(f"{place}-{ending}")
        said = _asked(place, words)
        assert said.returncode == 2, said
        assert f"ledger.db-{ending} beside it, which is no file; remove that" in said.stderr
        Path(f"{place}-{ending}").unlink()
    assert _asked(place, "show").returncode == 0


def test_a_journal_that_a_crash_left_is_rolled_back(tmp_path: Path) -> None:
    (tmp_path / "crashed").mkdir()
    place, copy = _ledger(tmp_path), tmp_path / "crashed" / "ledger.db"
    with closing(sqlite3.connect(place, isolation_level=None)) as database:
        database.execute("pragma journal_mode = delete")
        database.execute("pragma cache_size = 1")
        database.execute("begin immediate")
        database.execute("delete from documents")
        database.execute("create table large as select zeroblob(1000000)")
        shutil.copy(place, copy)
        shutil.copy(f"{place}-journal", f"{copy}-journal")
    with Ledger(copy) as ledger:
        assert ledger.ids("run") == ["first"]
        assert ledger.run("first") == make_run(id="first")
    assert not Path(f"{copy}-journal").exists()
