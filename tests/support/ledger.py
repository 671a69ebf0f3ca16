"""What tests have other processes do to a ledger; here, where a fresh process can import it."""

from __future__ import annotations

import multiprocessing
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy.dialects.sqlite  # noqa: F401 (nobody may be unable to read it later)
from support.runs import make_run

from suite.errors import StoreError
from suite.ledger.commit_order import CommitOrder
from suite.ledger.detections import AcceptedChange, Detections
from suite.ledger.left_behind import bring_in
from suite.ledger.store import Ledger
from suite.records.run import Run

_NOBODY = 65534
RUNS = 20


def write_some(place: Path, prefix: str, barrier: Any) -> None:
    barrier.wait(30)
    with Ledger(place) as ledger:
        for index in range(RUNS):
            ledger.add(make_run(id=f"{prefix}{index}"))


def open_it(place: Path, _prefix: str, barrier: Any) -> None:
    barrier.wait(30)
    Ledger(place).close()


def add_the_same(place: Path, _prefix: str, barrier: Any) -> None:
    barrier.wait(30)
    with Ledger(place) as ledger:
        ledger.add(make_run(id="same"))


def answer(target: Callable[[Path, Any], None], place: Path) -> str:
    """What `target`, below, sends of the ledger there, from a process of its own."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    child = spawn.Process(target=target, args=(place, theirs))
    child.start()
    theirs.close()
    with ours:
        said = str(ours.recv())
    child.join(30)
    child.close()
    return said


def add_as_nobody(place: Path, answers: Any) -> None:
    _become_nobody()
    try:
        with Ledger(place, timeout=0.1) as ledger:
            ledger.add(make_run(id="second"))
        answers.send("stored")
    except StoreError as error:
        answers.send(str(error))


def read_as_nobody(place: Path, answers: Any) -> None:
    """Send the ids of Runs, or why they can't be read."""
    _become_nobody()
    try:
        with Ledger.existing(place) as ledger:
            answers.send(" ".join(ledger.ids(Run.KIND)))
    except StoreError as error:
        answers.send(str(error))


def bring_in_as_nobody(results: Path, answers: Any) -> None:
    """Send what is said of what commands left there, a line each."""
    _become_nobody()
    answers.send("\n".join(one.fault for one in bring_in(results, None)))


def _become_nobody() -> None:
    """For root may read and write anything; who is not root stays who they are."""
    if os.getuid() == 0:
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)


def import_and_accept(place: str, _prefix: str, barrier: Any) -> None:
    """Store the same Runs as others do at once, in an order of its own, and accept the same changes."""
    barrier.wait(30)
    names = [f"same{at}" for at in range(30)]
    random.shuffle(names)
    with Ledger(place) as ledger:
        detections = Detections(ledger, CommitOrder())
        for start in range(0, len(names), 5):
            ledger.add_new([make_run(id=name) for name in names[start : start + 5]])
        for at in range(10):
            detections.accept(AcceptedChange("shop/buy", "response.p50", f"{at:040}", "wanted"))
