"""A ledger where nothing may be written is read as it is, and left so."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.ledger import answer, read_as_nobody
from support.runs import make_run
from support.variants import exhaustive

from suite.errors import StoreError
from suite.ledger.sealed import is_sealed, unchanged
from suite.ledger.store import Ledger
from suite.records.run import Run


@pytest.fixture
def place() -> Iterator[Path]:
    """A ledger in a folder that nobody may write."""
    with tempfile.TemporaryDirectory() as name:  # not tmp_path: nobody can't enter root's
        folder = Path(name)
        with Ledger(folder / "ledger.db") as ledger:
            ledger.add(make_run(id="first"))
        (folder / "ledger.db").chmod(0o444)
        folder.chmod(0o555)
        yield folder / "ledger.db"
        folder.chmod(0o755)


def test_a_ledger_in_a_folder_that_may_not_be_written_can_be_read(place: Path) -> None:
    """It could not be opened, for SQLite has no place for its locks there."""
    before = place.read_bytes()
    assert answer(read_as_nobody, place) == "first"
    assert place.read_bytes() == before
    assert [path.name for path in place.parent.iterdir()] == ["ledger.db"]


def test_what_is_newest_of_one_that_somebody_is_at_work_on_is_read_too(place: Path) -> None:
    """It lies in a file beside it, which would be passed over; without the other's lock it can't be read."""
    place.parent.chmod(0o755)
    place.chmod(0o644)
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("PRAGMA foreign_keys = OFF")
        other.execute("UPDATE results SET id = 'newer'")
        place.parent.chmod(0o555)
        assert answer(read_as_nobody, place) == "newer"
        place.parent.chmod(0o755)
        Path(f"{place}-shm").unlink()
        place.parent.chmod(0o555)
        assert "can't be opened; make file and folder writable or choose another folder" in answer(
            read_as_nobody, place
        )


def _written_to(place: Path) -> None:
    with unchanged(place):
        place.parent.chmod(0o755)
        place.chmod(0o644)
        place.write_bytes(place.read_bytes() + bytes(4096))


def test_one_that_is_written_to_meanwhile_is_told(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert place.parent.stat().st_mode & 0o777 == 0o555
    monkeypatch.setattr("suite.ledger.sealed.os.access", lambda *_: False)  # root may write anything
    assert is_sealed(place)
    with Ledger.existing(place) as ledger:
        assert ledger.ids(Run.KIND) == ["first"]
        with pytest.raises(StoreError, match="is read-only; make file and folder writable"):
            ledger.add(make_run(id="second"))
    with pytest.raises(StoreError, match="was written to while it was read; try again"):
        _written_to(place)


READING = [
    ["show"], exhaustive(["show", "first"]), exhaustive(["history"]), ["export", "../out"],
    exhaustive(["report", "--html", "../report.html"]), exhaustive(["prune", "--keep", "9"]),
    exhaustive(["import", "results/ledger.db", "--ledger", "../other.db"]),
]  # fmt: skip
MOUNTED = 'mount --bind results results && mount -o remount,ro,bind results results && exec "$@"'


@pytest.mark.parametrize("words", READING)
def test_results_on_a_read_only_mount_can_be_read(tmp_path: Path, words: list[str]) -> None:
    unshare = ["unshare", "-m", "sh", "-c", MOUNTED, "sh"]
    (tmp_path / "here/results").mkdir(parents=True)
    with Ledger(tmp_path / "here/results/ledger.db") as ledger:
        ledger.add(make_run(id="first"))
    try:
        subprocess.run([*unshare, "true"], cwd=tmp_path / "here", check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("nothing may be mounted here")
    done = subprocess.run(
        [*unshare, sys.executable, "-m", "suite.cli", *words],
        cwd=tmp_path / "here", capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
