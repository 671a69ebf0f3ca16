"""Where a cell plays: a folder with the load file, results, temporary files; the command, its processes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from matrix.cells import Cell
from support.processes import Suite, command_line, wait_for
from support.repositories import Scratch

LOAD = Path(__file__).parent / "load_matrix.py"
_SHORT = ("--before", "0.3s", "--during", "0.2s", "--after", "0.4s")
_WORDS = {
    "run": ("--rounds", "2"),
    "capacity": ("--seconds", "0.3", "--repeats", "1", "--budget", "20s"),
    "leaks": ("--operations", "10", "--windows", "4", "--ttl", "0.1s", "--no-name"),
    "ab": ("--seconds", "0.2"),
    "calibrate": ("--budget", "8s", "--runs", "16"),
    "costs": ("--operations", "10", "--no-instructions"),
    "resilience": (*_SHORT, "--party", "helper", "--fault", "dead"),
    "recover": (*_SHORT, "--capacity", "40/s", "--from", "50%", "--to", "60%", "--budget", "20s"),
    "soak": ("--minutes", "0.2", "--window", "0.5s", "--warmup", "0s"),
}
_CAPACITY = {
    "closed": ("--over", "users", "--from", "1", "--to", "4"),
    "open": ("--over", "rate", "--from", "20/s", "--to", "80/s"),
}
_ONE_START = ("leaks", "soak")
ENDLESS = ("ab", "calibrate")
"""Commands that take many rounds: what no fault ends is ended by the matrix, politely."""


class NotHere(Exception):
    """This machine can't make such a cell."""


class Stage:
    """Use it as a context manager, then `begin`."""

    def __init__(self, cell: Cell, folder: Path, env: dict[str, str] | None = None) -> None:
        self.cell = cell
        self.folder = folder
        self.work = folder / "work"
        self.results = self.work / "results"
        self.temporary = folder / "tmp"
        self.env = env or {}
        self.suite: Any = None
        self.undo = contextlib.ExitStack()
        self.held = contextlib.ExitStack()
        """What keeps it in its phase, beside files."""
        self.mark = f"matrix-{os.urandom(6).hex()}"

    def __enter__(self) -> Stage:
        repository = Scratch(self.work)
        shutil.copy(LOAD, self.work)
        if self.cell.command == "ab":
            repository.commit("A load file")
        self.results.mkdir()
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
        command, loop = self.cell.command, self.cell.loop
        words = [command, *(["HEAD"] if command == "ab" else []), LOAD.name, "-k", loop, *_WORDS[command]]
        return [*words, *(_CAPACITY[loop] if command == "capacity" else ())]

    def begin(self) -> None:
        """Start the command, and wait until it is held in the phase of the cell.

        In its second round, where it takes rounds; in any after the first window that is kept, else.
        """
        storing, once = self.cell.phase == "storing", self.cell.command in _ONE_START
        phase = "draining" if storing else self.cell.phase
        later = once and phase in ("running", "draining")
        if not later:
            self._hold(phase, 1 if once or storing else 2)
        self.start()
        if later:
            self._until(lambda: self.units() > 0)
            self._hold(phase, 0)
        self._until((self.folder / f"at-{phase}").exists)
        if storing:
            held = self.locked()
            self.release(phase)
            self._until(lambda: any(self._documents()))
            self.held.callback(held.close)

    def start(self) -> None:
        """The command."""
        env = {**self.env, "MATRIX_FOLDER": str(self.folder), "MATRIX_MARK": self.mark}
        self.suite = Suite(self.folder, *self.words, cwd=self.work, env=env)

    def _hold(self, phase: str, number: int) -> None:
        early = self.folder / "early-hold"
        early.write_text(str(number))
        early.replace(self.folder / f"hold-{phase}")

    def release(self, phase: str | None = None) -> None:
        """Let it go on."""
        (self.folder / f"hold-{phase or self.cell.phase}").unlink(missing_ok=True)
        if phase is None:
            self.held.close()

    def _until(self, condition: Any) -> None:
        def over() -> bool:
            return bool(condition()) or self.suite.process.poll() is not None

        wait_for(over, 120)
        if not condition():
            self.suite.finish()
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
        """Processes of the round that only their name gives away."""
        return [pid for pid in _pids() if command_line(pid).startswith(self.mark)]

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
        for path in self.results.glob("soak/*.journal"):
            with contextlib.suppress(OSError):
                found[path.name] = path.read_text().count("\n") - 1
        return sum(found.values())

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
        return len(one["found"]["looks"])
    if "verdict" in one:
        return 1
    return len(one["windows"]) if "windows" in one else int(one.get("rounds") or 0)


def mounted(folder: Path, megabytes: int) -> Any:
    """A file system of its own in `folder`, until the end of this."""

    @contextlib.contextmanager
    def inside() -> Iterator[None]:
        words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)]
        if subprocess.run(words, capture_output=True).returncode:
            raise NotHere("nothing can be mounted here: only root can")
        try:
            yield
        finally:
            subprocess.run(["umount", "-l", str(folder)], capture_output=True)

    return inside()
