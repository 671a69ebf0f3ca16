"""Small programs that a test runs in a process of its own, to kill, to signal and to look at."""

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


class Script:
    """A running script: what it says, what it is told, how it ends."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.pid = process.pid

    def says(self) -> str:
        """The next line that it prints; an AssertionError with what it complained of if it ended."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        line = self.process.stdout.readline()
        assert line, f"the script ended:\n{self.process.stderr.read()}"
        return line.strip()

    def go_on(self, word: str = "") -> None:
        """Give it a line to read."""
        assert self.process.stdin is not None
        print(word, file=self.process.stdin, flush=True)

    def finished(self) -> tuple[int, str, str]:
        """Wait for its end: exit status, output, complaints."""
        output, complaint = self.process.communicate(timeout=30)
        return self.process.returncode, output, complaint


@contextmanager
def script(
    folder: Path, text: str, *, group: bool = False, env: Mapping[str, str] | None = None
) -> Iterator[Script]:
    """Run `text` as a Python script in `folder`, in its own process group if `group`, killed at the end."""
    path = folder / "script.py"
    path.write_text(textwrap.dedent(text))
    with subprocess.Popen(
        [sys.executable, "-W", "error", str(path)],
        cwd=folder,
        env={**os.environ, **(env or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0 if group else None,
    ) as process:
        try:
            yield Script(process)
        finally:
            process.kill()


def alive(pid: int) -> bool:
    """Whether the process runs: neither gone nor a zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def gone(pid: int, patience: float = 5.0) -> bool:
    """Whether the process ends within `patience` seconds."""
    limit = time.monotonic() + patience
    while alive(pid):
        if time.monotonic() > limit:
            return False
        time.sleep(0.01)
    return True


def blocked(pid: int) -> int:
    """The mask of signals that the process blocks."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("SigBlk:"):
            return int(line.split()[1], 16)
    raise AssertionError("no SigBlk")
