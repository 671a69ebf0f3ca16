"""Our agent put into every Python process of the system: counters at marks, collections, recordings."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import stat
import struct
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

from multiprocess import resource_tracker

from suite.process.agent_answers import Bill, Changes, Counts, all_changes, bill, counts, parsed
from suite.process.opening import opened
from suite.process.variables import inherited

Mode = Literal["still", "calls", "allocations", "gc", "counters", "objects", "trace"]
"""Answers at marks, and nothing that adds to what a process does; that, and calls with statements, or
allocations, counted when asked; garbage collections, counted; answers at marks and these; then
also what changed between marks by traceback, or a recording by memray."""

_FOLDER = Path(__file__).parent / "injected"
_GENERATION = struct.Struct("=5Q")  # as injected/loadledger_agent/collections.py writes it; times in ns
_LONGEST = 32  # offset within it
_GENERATIONS = 3
_ACCOUNT = _GENERATIONS * _GENERATION.size
_PAUSE = struct.Struct("=2Q")  # behind those: when one of the longest began, and how long it was
_PAUSES = 32
_BILL, _OBJECTS, _RECORDING = (
    re.compile(name, re.ASCII) for name in (r"(\d+)\.bill", r"(\d+)\.objects", r"memray\.(\d+)")
)
_NO_ANSWER = "its agent has no answer"
_SAID = 4096
"""Bytes of what an agent says of a failure."""

# memray moves the threshold from which glibc maps memory: fixed, runs with and without it behave alike.
_MALLOC = {"MALLOC_MMAP_THRESHOLD_": "1048576", "MALLOC_TRIM_THRESHOLD_": "4194304"}

_START = 1.0
"""Seconds that a process which is new to us may need until its agent is there."""


class Generation(NamedTuple):
    """Garbage collections of one generation, objects they freed or could not; pauses in seconds."""

    collections: int
    collected: int
    uncollectable: int
    pause: float
    longest: float


@contextmanager
def injected(directory: Path, mode: Mode, *, native: bool = False) -> Iterator[Injection]:
    """All processes started inside carry the agent in their environment; it writes to `directory`.

    `native` records the stacks of C code too, in mode trace. A process that is given a PYTHONPATH of its
    own, or told to ignore it, has no agent.
    """
    resource_tracker.ensure_running()  # it serves all rounds: without an agent
    directory = directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    own = os.environ.get("PYTHONPATH")
    changes = {
        "LOADLEDGER_AGENT": str(directory),
        "LOADLEDGER_AGENT_MODE": mode,
        "LOADLEDGER_AGENT_NATIVE": "1" if native else "0",
        "PYTHONPATH": f"{_FOLDER}{os.pathsep}{own}" if own else str(_FOLDER),
    }
    if mode != "gc":
        changes |= {name: value for name, value in _MALLOC.items() if name not in os.environ}
    with inherited(changes):
        yield Injection(directory)


class Injection:
    """The agents that write to `directory`, asked by pid. Nothing here raises for a process that is gone."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._known: set[int] = set()

    def mark(self, pids: Sequence[int], timeout: float = 10.0) -> dict[int, Counts | str]:
        """Collect garbage in all processes at once and count what is left; a str says why there is none."""
        found: dict[int, Counts | str] = {}
        for pid, answer in self._ask(b"mark\n", pids, timeout).items():
            if isinstance(answer, str):
                found[pid] = answer
                continue
            try:
                found[pid] = counts(answer)
            except ValueError:
                found[pid] = _NO_ANSWER
        return found

    def stop(self, pids: Sequence[int], timeout: float = 10.0) -> dict[int, str]:
        """End the recordings, so that they are whole; what went wrong by pid. For mode trace."""
        reasons = {}
        for pid, answer in self._ask(b"stop\n", pids, timeout).items():
            if isinstance(answer, str):
                reasons[pid] = answer
            elif not answer.get("stopped"):
                reasons[pid] = "it is not being recorded"
        return reasons

    def count(self, pids: Iterable[int], timeout: float = 30.0) -> dict[int, str]:
        """Count from now on; why a process does not, by pid. For modes calls and allocations."""
        return {
            pid: told for pid, told in self._ask(b"count\n", pids, timeout).items() if isinstance(told, str)
        }

    def bill(self, pids: Iterable[int], timeout: float = 120.0) -> dict[int, str]:
        """Have written down what was counted; why a process does not, by pid."""
        return {
            pid: told for pid, told in self._ask(b"bill\n", pids, timeout).items() if isinstance(told, str)
        }

    def bills(self) -> dict[int, Bill]:
        """What was written down since the last time, by pid. For mode calls."""
        found = {}
        for pid, path in self._files(_BILL):
            with contextlib.suppress(OSError, ValueError):
                found[pid] = bill(path)
            with contextlib.suppress(OSError):
                path.unlink()
        return found

    def recordings(self) -> dict[int, Path]:
        """The file by memray of each process, also of those that ended."""
        return dict(self._files(_RECORDING))

    def objects(self) -> dict[int, list[Changes]]:
        """What changed at each mark of each process but the first, also of those that ended. For mode
        objects. What a process did not write to the end is left out."""
        return {pid: all_changes(path) for pid, path in self._files(_OBJECTS)}

    def _files(self, name: re.Pattern[str]) -> Iterator[tuple[int, Path]]:
        """Files of agents by pid; what a system has put there besides is none."""
        with contextlib.suppress(OSError):
            for path in sorted(self.directory.iterdir()):
                if (match := name.fullmatch(path.name)) and stat.S_ISREG(path.lstat().st_mode):
                    yield int(match[1]), path

    def collections(self, pids: Iterable[int]) -> dict[int, tuple[Generation, ...]]:
        """Garbage collections since the start of each process, youngest generation first, also of those
        that ended; those made for marks are left out. Without an agent: not among the keys."""
        found = {}
        for pid in pids:
            with contextlib.suppress(OSError, struct.error):
                rows = _GENERATION.iter_unpack(self._accounts(pid)[:_ACCOUNT])
                found[pid] = tuple(
                    Generation(collections, collected, uncollectable, pause / 1e9, longest / 1e9)
                    for collections, collected, uncollectable, pause, longest in rows
                )
        return found

    def pauses(self, pids: Iterable[int]) -> list[tuple[int, int]]:
        """When the longest pauses of these processes began (monotonic) and how long they were, in ns."""
        found: list[tuple[int, int]] = []
        for pid in pids:
            with contextlib.suppress(OSError, struct.error):
                kept = _PAUSE.iter_unpack(self._accounts(pid)[_ACCOUNT:])
                found += [(began, pause) for began, pause in kept if pause]
        return sorted(found)

    def forget_longest(self, pids: Iterable[int]) -> None:
        """Let the longest pauses start anew."""
        for pid in pids:
            with contextlib.suppress(OSError), opened(self._table(pid), "r+b") as file:
                for generation in range(_GENERATIONS):
                    file.seek(generation * _GENERATION.size + _LONGEST)
                    file.write(bytes(8))
                file.seek(_ACCOUNT)
                file.write(bytes(_PAUSES * _PAUSE.size))

    def _table(self, pid: int) -> Path:
        return self.directory / f"{pid}.gc"

    def _accounts(self, pid: int) -> bytes:
        with opened(self._table(pid)) as file:
            return file.read(_ACCOUNT + _PAUSES * _PAUSE.size) or b""

    def _failure(self, pid: int) -> str | None:
        """Why the process is not recorded, if the agent said so."""
        try:
            with opened(self.directory / f"{pid}.failed") as file:
                reason = (file.read(_SAID) or b"").decode(errors="replace").strip()
        except OSError:
            return None
        return f"memray does not work there: {reason}"

    def _ask(self, question: bytes, pids: Iterable[int], timeout: float) -> dict[int, dict[str, Any] | str]:
        """Ask all, then wait for all: they work at the same time. A str is the reason for no answer, or
        for no recording."""
        now = time.monotonic()
        asked: dict[int, socket.socket | str] = {}
        answers: dict[int, dict[str, Any] | str] = {}
        with contextlib.ExitStack() as stack:
            try:
                folder = os.open(self.directory, os.O_PATH | os.O_DIRECTORY)
            except OSError as error:
                return dict.fromkeys(pids, f"its agent can't be asked: {self.directory}: {error.strerror}")
            stack.callback(os.close, folder)
            for pid in pids:
                patience = 0.0 if pid in self._known else min(_START, timeout)
                self._known.add(pid)
                # The path of a socket may have 107 bytes: this one is short wherever the directory is.
                asked[pid] = _sent(question, pid, f"/proc/self/fd/{folder}/{pid}.sock", now + patience)
            for connection in asked.values():
                if not isinstance(connection, str):
                    stack.enter_context(connection)
            for pid, connection in asked.items():
                if isinstance(connection, str):
                    answers[pid] = connection
                else:
                    answers[pid] = _answer(connection, pid, now + timeout, timeout)
        return {pid: self._failure(pid) or answer for pid, answer in answers.items()}


def _sent(question: bytes, pid: int, path: str, limit: float) -> socket.socket | str:
    """A connection on which `question` was asked; until `limit` (monotonic) its agent may appear."""
    while True:
        connection = socket.socket(socket.AF_UNIX)
        connection.setblocking(False)
        try:
            connection.connect(path)
            connection.send(question)
        except BlockingIOError:
            connection.close()
            return "it does not take questions: is its main thread stuck in C code?"
        except OSError:
            connection.close()
            if _ended(pid):
                return "it has ended"
            if time.monotonic() >= limit:
                return "no agent answers: not Python, or it ignores PYTHONPATH (-I, -E, -S)"
            time.sleep(0.01)
        else:
            return connection


def _answer(connection: socket.socket, pid: int, limit: float, timeout: float) -> dict[str, Any] | str:
    """What came back until `limit` (monotonic)."""
    connection.settimeout(max(limit - time.monotonic(), 0.001))
    try:
        return parsed(connection.recv(4096))
    except TimeoutError:
        return f"did not answer in {timeout:g} s: is its main thread stuck in C code?"
    except (OSError, ValueError):
        return "it has ended" if _ended(pid) else _NO_ANSWER


def _ended(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except OSError:
        return True
    return state in b"ZX"
