"""One cell played: the command started, held in its phase, struck, and looked after."""

from __future__ import annotations

import contextlib
import signal
import tempfile
import time
from pathlib import Path

from matrix import faults
from matrix.cells import Cell
from matrix.healthy import usual_seconds
from matrix.machine import NotHere
from matrix.results import Played
from matrix.stage import ENDLESS, ONE_START, Stage
from support.processes import wait_for

_FAULT_OF_OURS = ("Traceback", "this is a fault of Loadledger")
_BEFORE_IT_STARTS = ("ledger corrupt", "ledger in the future")


def play(cell: Cell) -> Played:
    """What became of it."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="matrix-", ignore_cleanup_errors=True) as folder:
        try:
            usual = usual_seconds()
            with Stage(cell, Path(folder), usual) as stage, faults.prepared(stage, usual):
                found = _struck(cell, stage, usual)
        except NotHere as error:
            return Played(cell.name, skipped=str(error))
        except AssertionError as error:
            found = {"name": cell.name, "wrong": str(error)}
        except Exception as error:  # one cell that the matrix can't play must not keep the others
            found = {"name": cell.name, "wrong": f"the matrix itself: {error!r}"}
    return Played(**{**found, "seconds": round(time.monotonic() - begun, 1)})


def faults_of_ours(said: str, then: str) -> list[str]:
    """What a command `said` that no command should, and the next one `then`."""
    texts = (("it said", said), ("then", then))
    return [f"{who}: {text[-600:]}" for who, text in texts if any(word in text for word in _FAULT_OF_OURS)]


def _struck(cell: Cell, stage: Stage, usual: float) -> dict:
    allowed = faults.codes(cell)
    if cell.fault in _BEFORE_IT_STARTS:
        stage.start()
        before = 0
    else:
        stage.begin()
        before = stage.units()
        faults.make(stage)
        if cell.fault != "deadline" or cell.command in ONE_START:
            stage.release()
        if cell.command in ENDLESS and allowed & {0}:
            with contextlib.suppress(AssertionError):
                wait_for(lambda: stage.units() > before or stage.suite.process.poll() is not None, 2 * usual)
            stage.suite.process.terminate()
            allowed |= faults.endings(signal.SIGTERM)
    code = stage.suite.finish(stage.patience)
    said = stage.suite.out + stage.suite.err
    stage.release()
    next_one = stage.asked()
    lost = max(0, before - stage.units())
    wrong = [f"exit code {code}, not {' or '.join(map(str, sorted(allowed)))}"] if code not in allowed else []
    wrong += faults_of_ours(said, next_one.stderr)
    has_ledger = cell.fault not in _BEFORE_IT_STARTS and cell.command not in ENDLESS
    if next_one.returncode and has_ledger:
        wrong.append(f"the next command ends with {next_one.returncode}: {next_one.stderr[-300:]}")
    if wrong:
        wrong.append(said[-1500:])
    return {
        "name": cell.name,
        "code": code,
        "lost": lost,
        "left": tuple(stage.left()),
        "wrong": "\n".join(wrong),
    }
