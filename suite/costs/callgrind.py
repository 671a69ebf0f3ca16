"""Instructions and system calls, counted by valgrind's callgrind in every process of a system."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from suite.costs.callgrind_profile import METRICS, totals
from suite.costs.counter import Counter, Counts, Span
from suite.errors import SystemFailed
from suite.process.injection import Injection
from suite.process.variables import inherited
from suite.process.wrapping import wrapped

_SAID = re.compile(
    r"^==\d+== ((?:valgrind|vex|.*\b(?:unhandled|unrecognised|FATAL|cannot|can't)\b).*)$", re.M | re.I
)
_PATIENCE = 60.0
"""Seconds in which a process has to do what it is told."""


def version() -> str | None:
    """Of valgrind; None where there is none, or not all of it."""
    program = shutil.which("valgrind")
    if program is None or shutil.which("vgdb") is None:
        return None
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=True)
        return said.stdout.strip().removeprefix("valgrind-")
    return None


class Callgrind(Counter):
    """See `Counter`. It is switched on for a window in the processes that there are, and those born in it."""

    metrics = tuple(METRICS.values())
    slower = 60.0

    def __init__(self, version: str) -> None:
        self.source = f"callgrind {version}"
        self._directory = Path()
        self._on: set[int] = set()

    @contextmanager
    def under(self, directory: Path) -> Iterator[None]:
        """See `Counter`."""
        self._directory = directory
        argv = [
            "valgrind", "--tool=callgrind", "--instr-atstart=no", "--collect-systime=nsec",
            "--trace-children=yes", "--fair-sched=try", "--separate-threads=yes",
            f"--vgdb-prefix={self._pipes}",
            f"--callgrind-out-file={directory}/callgrind.%p", f"--log-file={directory}/valgrind.%p",
        ]  # fmt: skip
        changes = {
            "PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED", "0"),
            "LOADLEDGER_AGENT_SLOWER": f"{self.slower:g}",
        }
        with inherited(changes), wrapped(argv, directory):
            yield

    def begin(self, agents: Injection, pids: Iterable[int], clients: Iterable[int]) -> None:  # noqa: ARG002
        """See `Counter`. Raises SystemFailed where a process does not do as it is told."""
        self._on.clear()
        self.look(pids)

    def look(self, pids: Iterable[int]) -> None:
        """See `Counter`."""
        for pid in set(pids) - self._on:
            if self._told(pid, "instrumentation", "on"):
                self._on.add(pid)

    def end(self, spans: Sequence[Span], seconds: float) -> Counts:  # noqa: ARG002
        """See `Counter`. Profiles are written while nothing is counted: else their sums are nonsense."""
        for pid in self._on:
            self._told(pid, "instrumentation", "off")
        threads: dict[str, dict[int, list[float]]] = {metric: {} for metric in self.metrics}
        for pid in self._on:
            self._told(pid, "dump")
            for path in sorted(
                self._directory.glob(f"callgrind.{pid}.*")
            ):  # .1-01 is that of the first thread
                for metric, count in totals(path.read_text(errors="replace")).items():
                    threads[metric].setdefault(pid, []).append(float(count))
                path.unlink()
        self.threads = threads
        return {
            metric: {pid: sum(parts) for pid, parts in found.items()} for metric, found in threads.items()
        }

    def complaint(self) -> str:
        """What valgrind said of what it could not do; "" of nothing."""
        for log in sorted(self._directory.glob("valgrind.*")):
            with contextlib.suppress(OSError):
                if found := _SAID.search(log.read_text(errors="replace")):
                    return found[1].strip()
        return ""

    @property
    def _pipes(self) -> Path:
        return self._directory / "vgdb"

    def _told(self, pid: int, *words: str) -> bool:
        """Whether a process did as told; False where it has ended."""
        argv = ["vgdb", f"--vgdb-prefix={self._pipes}", f"--pid={pid}", *words]
        try:
            done = subprocess.run(argv, capture_output=True, text=True, timeout=_PATIENCE, check=False)
        except (OSError, subprocess.SubprocessError) as error:
            raise SystemFailed(f"valgrind can't be told to count in process {pid}: {error}") from error
        if done.returncode and Path(f"/proc/{pid}/root").exists():
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise SystemFailed(f"valgrind can't be told to count in process {pid}: {' '.join(said)}")
        return not done.returncode
