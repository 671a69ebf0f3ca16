"""What is done to a command in a cell, and how it may end after it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from matrix.cells import KILLED, SIGNALS, Cell
from matrix.machine import NotHere, is_dead, mount, mounted
from matrix.stage import ONE_START, Stage
from support.processes import wait_for

from suite.ledger.schema import VERSIONS

_NUMBERS = {"SIGTERM": signal.SIGTERM, "Ctrl-C": signal.SIGINT, "SIGHUP": signal.SIGHUP}
_GOES_ON = {0, 1, 3}
_STRUCK = 1.5
"""By how much a deadline is passed."""
_SLEEP = """
import select, time

time.sleep = lambda seconds: select.select((), (), (), seconds)
"""
"""Since Python 3.11 pauses end at a moment of the monotonic clock, of which libfaketime makes an error."""


def codes(cell: Cell) -> set[int]:
    """The exit statuses that are right."""
    fault = cell.fault
    if fault in SIGNALS:
        return {SIGNALS[fault]}
    if fault in ("coordinator killed", "group killed"):
        return {-signal.SIGKILL}
    if fault == "worker killed" and cell.command == "run":
        return {3}
    if fault in ("system killed", "helper killed") and cell.command == "run" and cell.phase != "storing":
        return {4}
    if fault in ("watchman killed", "clock set back"):
        return _GOES_ON
    if fault in ("ledger corrupt", "ledger in the future") or (fault, cell.phase) == ("disk full", "storing"):
        return {2}
    if fault in ("disk full", "ledger locked", "ledger read-only", "temp full", "temp removed"):
        return {*_GOES_ON, 2, 4}
    return {*_GOES_ON, 4}


def endings(number: int) -> set[int]:
    """How a command may end for a signal: to a shell these are one. At its end it does not listen."""
    return {128 + number, -number}


@contextlib.contextmanager
def prepared(stage: Stage, usual: float) -> Iterator[None]:
    """What a fault needs before the command starts, where a round usually takes so many seconds. Raises
    NotHere.
    """
    with contextlib.ExitStack() as stack:
        match stage.cell.fault:
            case "disk full":
                stack.enter_context(mounted(stage.results, 8))
            case "temp full":
                stack.enter_context(mounted(stage.temporary, 16))
            case "deadline":
                stage.env["MATRIX_DEADLINE"] = f"{max(4.0, usual):.1f}"
            case "clock set back":
                stage.env |= _fake_clock(stage.folder)
            case "ledger corrupt" | "ledger in the future":
                _made(stage)
                _spoiled(stage)
        yield


def make(stage: Stage) -> None:
    """Do it."""
    fault = stage.cell.fault
    who = fault.removesuffix(" killed")
    if who == "group":
        os.killpg(stage.suite.process.pid, signal.SIGKILL)
    elif who in KILLED:
        pid = stage.pid(who)
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: is_dead(pid))  # on a busy machine that takes a while
    elif fault == "Ctrl-C":
        os.killpg(stage.suite.process.pid, signal.SIGINT)
    elif fault in _NUMBERS:
        stage.suite.process.send_signal(_NUMBERS[fault])
    elif fault in ("disk full", "temp full"):
        _fill(stage, stage.results if fault == "disk full" else stage.temporary)
    elif fault == "ledger locked":
        stage.undo.callback(stage.locked().close)
    elif fault == "ledger read-only":
        _read_only(stage)
    elif fault == "temp removed":
        for one in stage.temporary.iterdir():
            shutil.rmtree(one, ignore_errors=True)
    elif fault == "deadline" and stage.cell.command in ONE_START:
        time.sleep(_STRUCK * float(stage.env["MATRIX_DEADLINE"]))  # one window is late, not each of twenty
    elif fault == "clock set back":
        (stage.folder / "clock").write_text("-1d\n")


def _fill(stage: Stage, folder: Path) -> None:
    filler = folder / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    with contextlib.suppress(OSError), filler.open("ab", buffering=0) as file:
        while True:
            file.write(b"0")
    stage.undo.callback(filler.unlink, missing_ok=True)


def _read_only(stage: Stage) -> None:
    ledger = str(stage.results / "ledger.db")
    # At once: what has opened it for writing in between would keep it from being read-only.
    mount("-o", "bind,ro", ledger, ledger)
    stage.undo.callback(subprocess.run, ["umount", "-l", ledger], capture_output=True)


def _fake_clock(folder: Path) -> dict[str, str]:
    there = map(str, Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    found = (os.environ.get("LIBFAKETIME", ""), *there)
    library = next((one for one in found if one and Path(one).exists()), None)
    if library is None:
        raise NotHere("libfaketime is not here: install faketime, or say in LIBFAKETIME where it is")
    (folder / "clock").write_text("+0\n")
    started = folder / "started"
    started.mkdir()
    (started / "sitecustomize.py").write_text(_SLEEP)
    return {
        "PYTHONPATH": os.pathsep.join(filter(None, (str(started), os.environ.get("PYTHONPATH")))),
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": str(folder / "clock"),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def _made(stage: Stage) -> None:
    from suite.ledger.store import Ledger

    with Ledger(stage.results / "ledger.db") as ledger:
        ledger.runs()


def _spoiled(stage: Stage) -> None:
    ledger = stage.results / "ledger.db"
    if stage.cell.fault == "ledger corrupt":
        with ledger.open("r+b") as file:
            file.write(b"no database at all" * 100)
    else:
        with contextlib.closing(sqlite3.connect(ledger)) as database:
            database.execute(f"UPDATE {VERSIONS} SET version_num = '9999'")
            database.commit()
