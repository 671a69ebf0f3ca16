"""What a cell asks of the machine itself: file systems of its own, whether a process has ended."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class NotHere(Exception):
    """This machine can't make such a cell."""


def is_dead(pid: int) -> bool:
    """Whether it has ended with all its threads, of which the first may be gone long before the others;
    somebody may have yet to collect it.
    """
    with contextlib.suppress(OSError):
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
        return state in (b"Z", b"X") and len(os.listdir(f"/proc/{pid}/task")) == 1
    return True


def mount(*words: str) -> None:
    """Raises NotHere. Where several mount at a time one may find the table busy."""
    for _ in range(3):
        done = subprocess.run(["mount", *words], capture_output=True, text=True)
        if not done.returncode:
            return
        time.sleep(0.2)
    raise NotHere(f"nothing can be mounted here, as only root can: {done.stderr.strip()}")


def mounted(folder: Path, megabytes: int) -> Any:
    """A file system of its own in `folder`, until the end of this."""

    @contextlib.contextmanager
    def inside() -> Iterator[None]:
        mount("-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder))
        try:
            yield
        finally:
            subprocess.run(["umount", "-l", str(folder)], capture_output=True)

    return inside()
