"""Strikes: signals to any process of a command, at any moment, where cells have theirs at moments that were
chosen. Its number says which one it is; what it meets depends on the machine.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from matrix.cells import COMMANDS, LOADS, Cell
from matrix.faults import endings
from matrix.healthy import usual_seconds
from matrix.play import faults_of_ours
from matrix.results import Played
from matrix.stage import ENDLESS, Stage

_KILLED, _STANDS = signal.SIGKILL, signal.SIGSTOP
_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_LENGTHS = 2.5
"""The last strike comes within so many times what a healthy `suite run` takes."""
_ENOUGH = 1.0
"""Seconds that a command which would go on gets after it."""


@dataclass(frozen=True)
class Blow:
    """`number` of a signal to "command", its process "group", or "any" of its processes; `after` the one
    before, as a share of the time that there is.
    """

    after: float
    whom: str
    number: signal.Signals


@dataclass(frozen=True)
class Strike:
    """One or two blows at a command."""

    seed: int

    @property
    def name(self) -> str:
        """What is kept in the file of results."""
        told = ", ".join(f"{blow.whom} {blow.number.name} at {blow.after:.2f}" for blow in self.blows())
        return f"strike {self.seed}: {self.cell().command}/{self.cell().load}: {told}"

    def cell(self) -> Cell:
        """What is run, without a fault in it."""
        chance = random.Random(f"cell {self.seed}")
        found = Cell("SIGTERM", chance.choice(COMMANDS), chance.choice(LOADS), "running")
        return found if not found.left_out() else Cell("SIGTERM", found.command, "closed", "running")

    def blows(self) -> list[Blow]:
        """In the order of their coming."""
        chance = random.Random(f"blows {self.seed}")
        found = [self._blow(chance, chance.random())]
        if chance.random() < 0.3:
            found.append(self._blow(chance, chance.random() ** 2 / 4))
        return found

    def _blow(self, chance: random.Random, after: float) -> Blow:
        whom = chance.choice(("command", "group", "any", "any"))
        if whom == "any":
            return Blow(after, whom, chance.choice((_KILLED, _KILLED, signal.SIGTERM, _STANDS)))
        return Blow(after, whom, chance.choice((*_ENDING, signal.SIGQUIT, _KILLED)))


def strike(one: Strike) -> Played:
    """What became of it."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="matrix-", ignore_cleanup_errors=True) as folder:
        try:
            usual = usual_seconds()
            with Stage(one.cell(), Path(folder), usual) as stage:
                found = _struck(one, stage, usual)
        except AssertionError as error:
            found = {"wrong": str(error)}
        except Exception as error:  # one that can't be played must not keep the others
            found = {"wrong": f"the matrix itself: {error!r}"}
    return Played(**{"name": one.name, **found, "seconds": round(time.monotonic() - begun, 1)})


def _struck(one: Strike, stage: Stage, usual: float) -> dict:
    chance = random.Random(f"whom {one.seed}")
    allowed, before = {0, 1, 3, 4}, 0
    stage.start()
    for blow in one.blows():
        with contextlib.suppress(Exception):  # its end
            stage.suite.process.wait(blow.after * _LENGTHS * usual)
        if stage.suite.process.poll() is not None:
            break
        before = max(before, stage.units())
        _hit(blow, stage, chance)
        if blow.whom != "any":
            allowed |= endings(blow.number)
    if one.cell().command in ENDLESS:
        time.sleep(_ENOUGH)
        stage.suite.process.terminate()
        allowed |= endings(signal.SIGTERM)
    code = stage.suite.finish(stage.patience)
    said = stage.suite.out + stage.suite.err
    next_one = stage.asked()
    wrong = [] if code in allowed else [f"exit code {code}, not {' or '.join(map(str, sorted(allowed)))}"]
    wrong += faults_of_ours(said, next_one.stderr)
    if next_one.returncode and before and one.cell().command not in ENDLESS:
        wrong.append(f"the next command ends with {next_one.returncode}: {next_one.stderr[-300:]}")
    if wrong:
        wrong.append(said[-1500:])
    lost = max(0, before - stage.units())
    return {"code": code, "lost": lost, "left": tuple(stage.left()), "wrong": "\n".join(wrong)}


def _hit(blow: Blow, stage: Stage, chance: random.Random) -> None:
    command = stage.suite.process.pid
    if blow.whom == "group":
        os.killpg(command, blow.number)
    elif blow.whom == "command":
        os.kill(command, blow.number)
    elif there := stage.suite.processes():
        chosen = chance.choice(there)
        with contextlib.suppress(ProcessLookupError):
            os.kill(chosen, blow.number)
            if blow.number == _STANDS:
                time.sleep(0.5)
                os.kill(chosen, signal.SIGCONT)
