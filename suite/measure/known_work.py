"""Work of known cost, which tells how fast the machine is just now."""

from __future__ import annotations

import os
from pathlib import Path

_LOOPS = 100_000
_BLOCK = b"c" * 4096


def spin() -> int:
    """A fixed amount of work in the interpreter, a few milliseconds."""
    total = 0
    for number in range(_LOOPS):
        total ^= number
    return total


def sync(file: Path) -> None:
    """Write one block and wait until the disk has it."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, _BLOCK)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
