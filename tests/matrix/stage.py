"""Where a cell plays: a folder with the load file, results, temporary files; the command, its processes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from matrix.cells import Cell
from matrix.machine import NotHere
from support.histories import fill, runs
from support.processes import Suite, command_line, wait_for
from support.repositories import Scratch

LOAD = Path(__file__).parent / "load_matrix.py"
HELPER = Path(__file__).parent / "helper_matrix.py"
_FILES = (LOAD, HELPER, *(LOAD.with_name(f"{name}_matrix.py") for name in ("phases", "app")))
_SHORT = ("--before", "0.3s", "--during", "0.2s", "--after", "0.4s")
_WORDS = {
    "run": ("--rounds", "2"),
    "capacity": ("--seconds", "0.3", "--repeats", "1"),
    "leaks": ("--operations", "10", "--windows", "4", "--ttl", "0.1s", "--no-name"),
    "ab": ("--seconds", "0.2"),
    "calibrate": ("--runs", "16"),
    "costs": ("--operations", "10", "--no-instructions"),
    "resilience": (*_SHORT, "--party", "helper", "--fault", "dead"),
    "recover": (*_SHORT, "--capacity", "40/s", "--from", "50%", "--to", "60%"),
    "soak": ("--window", "0.5s", "--warmup", "0s"),
    "blame": ("--seconds", "0.2"),
}
_BUDGETS = {"capacity": 20.0, "calibrate": 8.0, "recover": 20.0}
_SOAK_MINUTES = 0.2
_USERS = ("--over", "users", "--from", "1", "--to", "4")
_CAPACITY = {
    "closed": _USERS,
    "open": ("--over", "rate", "--from", "20/s", "--to", "80/s"),
    "forking": _USERS,
}
ONE_START = ("leaks", "costs", "soak")
"""Commands that start a system once, or seldom, and connect to it window after window."""
ENDLESS = ("ab", "calibrate", "blame")
"""Commands that take many rounds: what no fault ends is ended by the matrix, politely."""
JOURNALLED = ("run", "capacity", "calibrate", "ab", "blame", "resilience", "recover")
"""Commands that take rounds and keep each."""
_BUSY = (
    "no pair of rounds can be believed",
    "runs invalid, the first because: ",
    "are needed; give it more time",
)
_LET_GO = 0.2
"""Seconds in which what was held goes on."""
_COMMITS, _SLOWER = 24, 16
"""What `blame` finds in the ledger: so many commits, and from which on it got slower."""
_SECONDS, _TIMES = 60.0, 15
"""How long a command may take to get somewhere: what locks and time-outs are promised, and so many times what
a healthy `suite run` takes now."""
_QUIET = 5.0
"""What that takes on a quiet machine; on another one all that has a budget gets more."""


class Stage:
    """Use it as a context manager, then `begin`."""

    def __init__(self, cell: Cell, folder: Path, usual: float) -> None:
        """`usual` is how many seconds a healthy `suite run` takes of late."""
        self.cell = cell
        self.patience = _SECONDS + _TIMES * usual
        self._longer = max(usual / _QUIET, 1.0)
        self.folder = folder
        self.work = folder / "work"
        self.results = self.work / "results"
        self.temporary = folder / "tmp"
        self.env: dict[str, str] = {}
        self.suite: Any = None
        self._commits: list[str] = []
        self.undo = contextlib.ExitStack()
        self.held = contextlib.ExitStack()
        """What keeps it in its phase, beside files."""
        self.mark = f"matrix-{os.urandom(6).hex()}"

    def __enter__(self) -> Stage:
        repository = Scratch(self.work)
        for file in _FILES:
            shutil.copy(file, self.work)
        if self.cell.command == "ab":
            repository.commit("A load file")
        self.results.mkdir()
        if self.cell.command == "blame":
            self._commits = [repository.commit(f"{number}") for number in range(_COMMITS)]
        self.temporary.mkdir()
        return self

    def __exit__(self, *raised: object) -> None:
        self.held.close()
        self.undo.close()
        for pid in self.hidden():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)
        if self.suite is not None and self.suite.process.poll() is None:
            self.suite.process.kill()
            self.suite.process.communicate()

    @property
    def words(self) -> list[str]:
        """Of the command line."""
        command, load = self.cell.command, self.cell.load
        if command == "blame":
            changed = ["response.p50", "--workload", f"matrix/{load}", "--bisect"]
            return [command, *changed, LOAD.name, *_WORDS[command]]
        words = [command, *(["HEAD"] if command == "ab" else []), LOAD.name, "-k", load, *_WORDS[command]]
        if command in _BUDGETS:
            words += ["--budget", f"{_BUDGETS[command] * self._longer:.0f}s"]
        if command == "soak":
            words += ["--minutes", f"{_SOAK_MINUTES * self._longer:.2f}"]
        return [*words, *(_CAPACITY[load] if command == "capacity" else ())]

    def begin(self) -> None:
        """Start the command, and wait until it is held in the phase of the cell.

        In the round after the first that is kept, where it takes rounds and keeps each; else in any after the
        first window that is kept.
        """
        storing, once = self.cell.phase == "storing", self.cell.command in ONE_START
        phase = "draining" if storing else self.cell.phase
        later = once and phase in ("running", "draining")
        number = 1 if once or storing else 2
        here = self.folder / f"at-{phase}"
        if not later:
            self.hold(phase, number)
        self.start()
        if later:
            self.until(lambda: self.units() > 0)
            self.hold(phase, 0)
        self.until(here.exists)
        while number > 1 and self.cell.command in JOURNALLED and not self.units():
            number += 1  # the one before could not be believed, and was taken once more
            self.hold(phase, number)
            time.sleep(_LET_GO)
            here.unlink()
            self.until(here.exists)
        if storing:
            held = self.locked()
            self.release(phase)
            self.until(lambda: any(self._documents()))
            self.held.callback(held.close)

    def start(self) -> None:
        """The command, and what it finds."""
        if self._commits:
            fill(self.work, *runs(self._commits, f"matrix/{self.cell.load}", step=_SLOWER))
        env = {**self.env, "MATRIX_FOLDER": str(self.folder), "MATRIX_MARK": self.mark}
        self.suite = Suite(self.folder, *self.words, cwd=self.work, env=env)

    def hold(self, phase: str, number: int) -> None:
        """Hold what comes to this phase in that round, 0 for any."""
        early = self.folder / "early-hold"
        early.write_text(str(number))
        early.replace(self.folder / f"hold-{phase}")

    def release(self, phase: str | None = None) -> None:
        """Let it go on."""
        (self.folder / f"hold-{phase or self.cell.phase}").unlink(missing_ok=True)
        if phase is None:
            self.held.close()

    def until(self, condition: Any) -> None:
        """Wait for it. Raises NotHere if nothing measured here can be believed, AssertionError if the command
        ends before.
        """

        def over() -> bool:
            return bool(condition()) or self.suite.process.poll() is not None

        wait_for(over, self.patience)
        if not condition():
            self.suite.finish()
            if any(words in self.suite.out for words in _BUSY):
                raise NotHere("no round can be believed where a machine is as busy")
            raise AssertionError(f"it ended before: {self.suite.out}\n{self.suite.err}")

    def pid(self, who: str) -> int:
        """Of the system, the helper, a worker, the watchman, the coordinator."""
        if who in ("system", "helper"):
            return int((self.folder / who).read_text())
        if who == "coordinator":
            return int(self.suite.process.pid)
        return max(
            wait_for(lambda: [*filter(self._is_watchman if who == "watchman" else self._works, _pids())])
        )

    def _is_watchman(self, pid: int) -> bool:
        line = command_line(pid)
        return "sweep.py" in line and str(self.folder) in line

    def _works(self, pid: int) -> bool:
        with contextlib.suppress(OSError):
            log = Path(os.readlink(f"/proc/{pid}/fd/1"))
            return log.name.startswith("worker") and log.is_relative_to(self.temporary)
        return False

    def hidden(self) -> list[int]:
        """Processes of the round that only their name gives away, or their words."""
        lines = {pid: command_line(pid) for pid in _pids()}
        helper = f"{HELPER.name} {self.folder} "
        return [pid for pid, line in lines.items() if line.startswith(self.mark) or helper in line]

    def left(self) -> list[str]:
        """What outlived the command."""
        left = self.suite.left_behind(10.0)
        with contextlib.suppress(AssertionError):
            wait_for(lambda: not self.hidden(), 10.0 if not left else 0.1)
        return [*left, *(f"{pid} (hidden)" for pid in self.hidden())]

    def locked(self) -> sqlite3.Connection:
        """The ledger, locked as long as this is open."""
        held = sqlite3.connect(self.results / "ledger.db", timeout=20, isolation_level=None)
        held.execute("BEGIN EXCLUSIVE")
        return held

    def _documents(self) -> Iterator[Path]:
        for path in self.results.glob("*/*.json"):
            if path.parent.name != "journal":
                yield path

    def units(self) -> int:
        """How many rounds, looks, windows, pairs are on disk, kept for good or in a journal."""
        found: dict[str, int] = {}
        for path in [*self._documents(), *self.results.glob("journal/*/*/*.journal")]:
            with contextlib.suppress(OSError, ValueError):
                document = json.loads(path.read_text())
                for one in document.get("results", ()):
                    found[one["id"]] = max(found.get(one["id"], 0), units(one))
        windows = 0  # of a soak that is not summed up, or is this very moment
        for path in self.results.glob("soak/*.journal"):
            with contextlib.suppress(OSError):
                windows = path.read_text().count("\n") - 1
        return max(sum(found.values()), windows)

    def asked(self) -> subprocess.CompletedProcess[str]:
        """What the next command says, which brings in what was left."""
        self.undo.close()
        after = Suite(self.folder, "show", cwd=self.work)
        code = after.finish()
        return subprocess.CompletedProcess([], code, after.out, after.err)


def _pids() -> list[int]:
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]


def units(one: dict[str, Any]) -> int:
    """How many rounds, looks, windows or halves of pairs a result tells of."""
    if "pairs" in one:
        return 2 * len(one["pairs"]) + len(one.get("unpaired", ()))
    if "trials" in one:
        return sum(len(trial["rounds"]) for trial in one["trials"]) + bool(one.get("usual"))
    if "looks" in one.get("found", {}):
        return len(one.get("looks", one["found"]["looks"]))
    if "costs" in one:
        return sum(len(cost["windows"]) for cost in one["costs"].values())
    if "verdict" in one:
        return 1
    return len(one["windows"]) if "windows" in one else int(one.get("rounds") or 0)
