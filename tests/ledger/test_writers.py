"""Several processes on one ledger."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from multiprocessing import forkserver
from pathlib import Path

import pytest
from support.bulk import add_the_same_ten
from support.ledger import RUNS, add_the_same, open_it, write_some
from support.runs import make_run

from suite.ledger.store import Ledger


@pytest.fixture(autouse=True, scope="module")
def _server_ends() -> Iterator[None]:
    yield
    forkserver._forkserver._stop()  # type: ignore[attr-defined]


def _at_once(target: Callable[..., None], place: Path, processes: int) -> list[int | None]:
    fresh = multiprocessing.get_context("forkserver")  # as apart as spawned ones, and quicker there
    fresh.set_forkserver_preload(["pytest", "suite.ledger.store"])
    barrier = fresh.Barrier(processes)
    children = [fresh.Process(target=target, args=(place, f"w{n}-", barrier)) for n in range(processes)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    codes = [child.exitcode for child in children]
    for child in children:
        child.close()
    return codes


def test_processes_that_write_a_new_ledger_at_once_lose_nothing(tmp_path: Path) -> None:
    place = tmp_path / "ledger.db"
    assert _at_once(write_some, place, 3) == [0, 0, 0]
    with Ledger(place) as ledger:
        assert len(ledger.runs(limit=None)) == 3 * RUNS
        assert ledger.run("w1-7") == make_run(id="w1-7")


@pytest.mark.exhaustive
@pytest.mark.parametrize("_again", range(3))
def test_processes_that_open_a_new_ledger_at_once_all_can(tmp_path: Path, _again: int) -> None:
    assert _at_once(open_it, tmp_path / "ledger.db", 4) == [0] * 4


@pytest.mark.exhaustive
def test_processes_that_add_the_same_run_at_once_add_it_once(tmp_path: Path) -> None:
    assert _at_once(add_the_same, tmp_path / "ledger.db", 3) == [0] * 3
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert len(ledger.runs()) == 1


@pytest.mark.exhaustive
def test_processes_that_import_the_same_and_look_through_it_at_once_keep_it_once(tmp_path: Path) -> None:
    assert _at_once(add_the_same_ten, tmp_path / "ledger.db", 3) == [0] * 3
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert len(ledger.ids("run")) == 10
