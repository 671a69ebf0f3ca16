"""Files of others, read in a process of its own: one that crashes its reader is a file that can't be read.

A library in C trusts what it reads; a command that has measured for hours must not end with it.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from suite.process.child import signal_name
from suite.process.guard import die_with_parent

_DEADLINE, _SECONDS_PER_BYTE = 60.0, 2e-6
_ROOM, _ROOM_PER_BYTE = 2 << 30, 64
"""Bytes of memory that a reader may take, and more of them for each byte of a file."""


def read_apart(module: str, files: Sequence[Path], *words: Any) -> list[Any | str]:
    """What `python -m MODULE` reads of each file, as plain data; it is given `words` with every path.

    A str says why a file can't be read.
    """
    found: list[Any | str] = []
    while len(found) < len(files):
        found += _read(module, files[len(found) :], words)
    return found


def answer(read: Callable[..., Any]) -> None:
    """What such a module does: `read` each file that it is asked for, with little more memory than it needs.

    What that raises is why a file can't be read.
    """
    die_with_parent(os.getppid())
    for line in sys.stdin:
        path, *words = json.loads(line)
        try:
            _limit_memory(_ROOM + _ROOM_PER_BYTE * Path(path).stat().st_size)
            said = {"found": read(Path(path), *words)}
        except (OSError, NotImplementedError) as error:
            said = {"error": str(error)}
        except Exception as error:  # noqa: BLE001  (a damaged file may raise anything)
            said = {"error": f"it is damaged: {type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


def _read(module: str, files: Sequence[Path], words: Sequence[Any]) -> list[Any | str]:
    """Of one file at least, up to the first that ends its reader."""
    asked = "".join(json.dumps([str(path), *words]) + "\n" for path in files)
    seconds = _DEADLINE + _SECONDS_PER_BYTE * sum(_size(path) for path in files)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", module],
            input=asked.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "LOADLEDGER_AGENT": ""},  # our agent has no place there
            timeout=seconds,
            check=False,
        )
        said, end = done.stdout, _end(done.returncode)
    except subprocess.TimeoutExpired as error:
        said, end = error.stdout or b"", f"it was not read after {seconds:.0f} s"
    except OSError as error:
        said, end = b"", f"no process can be started that reads it: {error.strerror}"
    answers = [json.loads(line) for line in said.split(b"\n")[:-1]]
    found = [one["found"] if "found" in one else one["error"] for one in answers]
    return found if len(found) == len(files) else [*found, end]


def _end(status: int) -> str:
    if status == -signal.SIGKILL:
        return "its reader was killed (SIGKILL), as where memory runs out"
    if status < 0:
        return f"it is damaged: its reader died of {signal_name(-status)}"
    return f"its reader ended with status {status}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _limit_memory(more: int) -> None:
    """To what this process has, and so much more."""
    has = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = has + more
    resource.setrlimit(
        resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard)
    )
