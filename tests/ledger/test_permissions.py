"""Folders and files that may not be written. Root may write anything, so a child process is nobody."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.ledger import add_as_nobody, answer
from support.runs import make_run
from support.variants import exhaustive

from suite.ledger.store import Ledger


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not tmp_path: nobody can't enter root's.
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        yield path
        path.chmod(0o755)


def test_a_folder_that_may_not_be_written(folder: Path) -> None:
    folder.chmod(0o555)
    assert "make file and folder writable or choose another folder" in answer(
        add_as_nobody, folder / "ledger.db"
    )
    assert "no permission; make the folder writable" in answer(
        add_as_nobody, folder / "results" / "ledger.db"
    )


@pytest.mark.parametrize(
    ("of_folder", "of_file"), [(0o555, 0o444), exhaustive(0o755, 0o444), exhaustive(0o555, 0o644)]
)
def test_a_ledger_that_may_not_be_written(folder: Path, of_folder: int, of_file: int) -> None:
    place = folder / "ledger.db"
    with Ledger(place) as ledger:
        ledger.add(make_run())
    before = place.read_bytes()
    place.chmod(of_file)
    folder.chmod(of_folder)
    assert "make file and folder writable or choose another folder" in answer(add_as_nobody, place)
    assert place.read_bytes() == before


@pytest.mark.exhaustive
def test_a_ledger_that_may_not_be_read(folder: Path) -> None:
    place = folder / "ledger.db"
    Ledger(place).close()
    place.chmod(0)
    assert "no permission" in answer(add_as_nobody, place)
