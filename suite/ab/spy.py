"""py-spy, held to the system's processes while a round carries load."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from suite.errors import ConfigurationError
from suite.measure import proc
from suite.process.background import Background
from suite.process.notice import read_notice

RATE = 100
"""Samples per second."""
_POLL = 0.01
_READY = "Sampling process"
_MISSING = "--profile needs py-spy, which is not installed: pip install 'loadledger[profile]'"
_REFUSED = (
    "py-spy may not look into the system's processes: run `sudo sysctl kernel.yama.ptrace_scope=0`,"
    " or run as root, in a container with --cap-add SYS_PTRACE"
)


def find_profiler() -> str:
    """The path of py-spy. Raises ConfigurationError that says how to install it."""
    folders = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    found = shutil.which("py-spy", path=folders)
    if found is None:
        raise ConfigurationError(_MISSING)
    return found


class Spies:
    """Holds py-spy to the processes of a notice for as long as the notice is there; `idle` threads count too.

    Afterwards `seconds` is how long it has sampled, `refusal` why it could not.
    """

    def __init__(self, program: str, notice: Path, scratch: Path, *, idle: bool = False) -> None:
        self.seconds = 0.0
        self.refusal = ""
        self._program = program
        self._idle = idle
        self._notice = notice
        self._scratch = scratch
        self._files: list[Path] = []
        self._over = threading.Event()

    def __enter__(self) -> None:
        self._watching = Background(self._watch)

    def __exit__(self, kind: object, *_: object) -> None:
        self._over.set()
        self._watching.wait()
        if kind is None:
            self._watching.result()

    def outputs(self) -> Iterator[str]:
        """What each py-spy has written."""
        for file in self._files:
            with contextlib.suppress(OSError):
                yield file.read_text(encoding="utf-8", errors="replace")

    def _watch(self) -> None:
        while (pids := read_notice(self._notice)) is None:
            if self._over.wait(_POLL):
                return
        with contextlib.ExitStack() as stack:
            spies = [stack.enter_context(self._spy(pid)) for pid in _topmost(pids)]
            logs = [self._log(file) for file in self._files]
            while self._loaded() and not all(_reads(log, _READY) for log in logs):
                if any(spy.poll() for spy in spies):
                    break
                time.sleep(_POLL)
            ready = any(_reads(log, _READY) for log in logs)
            begun = time.monotonic()
            while self._loaded() and not all(spy.poll() is not None for spy in spies):
                time.sleep(_POLL)
            seconds = time.monotonic() - begun
        said = "\n".join(log.read_text(errors="replace") for log in logs)
        if "Permission" in said or "Operation not permitted" in said:
            self.refusal = _REFUSED
        elif not any(file.exists() for file in self._files):
            lines = [line for line in said.splitlines() if line.strip()]
            self.refusal = (
                f"py-spy has nothing to tell: {lines[-1] if lines else 'no Python process was there'}"
            )
        elif not ready:
            self.refusal = "py-spy was not ready before the load was over"
        else:
            self.seconds = seconds

    def _loaded(self) -> bool:
        return not self._over.is_set() and self._notice.exists()

    @contextmanager
    def _spy(self, pid: int) -> Iterator[subprocess.Popen[bytes]]:
        file = self._scratch / f"stacks-{pid}.txt"
        file.unlink(missing_ok=True)
        self._files.append(file)
        options = ["--format", "raw", "--full-filenames", "--nolineno", "--subprocesses"]
        options += ["--idle"] if self._idle else []
        argv = [self._program, "record", *options, "--rate", str(RATE), "--pid", str(pid)]
        with self._log(file).open("wb") as log:
            spy = subprocess.Popen(
                [*argv, "--output", str(file)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            yield spy
        finally:
            spy.send_signal(signal.SIGINT)  # it writes what it has
            try:
                spy.wait(10)
            except subprocess.TimeoutExpired:
                spy.kill()
                spy.wait()

    @staticmethod
    def _log(file: Path) -> Path:
        return file.with_suffix(".log")


def _topmost(pids: Sequence[int]) -> list[int]:
    """Those that run Python, below none that does: py-spy finds the rest itself."""
    pythons = {pid for pid in proc.tree(pids) if _runs_python(pid)}
    below = {child for pid in pythons for child in proc.tree([pid]) if child != pid}
    return sorted(pythons - below)


def _runs_python(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/exe").readlink().name.startswith("python")
    except OSError:
        return False


def _reads(log: Path, sign: str) -> bool:
    return log.exists() and sign in log.read_text(errors="replace")
