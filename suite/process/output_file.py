"""What a program writes, in a file of which the disk keeps the end, however much it is."""

from __future__ import annotations

import contextlib
import ctypes
import os
from pathlib import Path

MOST = 64 << 20
"""Bytes on the disk, about: a program may write some more before somebody looks."""
_KEPT = 4 << 20
_PUNCH_A_HOLE = 0x02 | 0x01  # and keep the size
_libc = ctypes.CDLL(None, use_errno=True)


class OutputFile:
    """A program's output. Its length is all that was written, its start may read as zeros."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._from = 0

    def trim(self) -> None:
        """Give the disk back what nobody will read, if there is much. Where it can't do that all stays."""
        with contextlib.suppress(OSError):
            end = self.path.stat().st_size
            if end - self._from > MOST:
                with self.path.open("r+b") as file:
                    upto = end - _KEPT
                    _libc.fallocate(file.fileno(), _PUNCH_A_HOLE, ctypes.c_int64(0), ctypes.c_int64(upto))
                    self._from = upto

    def tail(self, lines: int) -> str:
        """Its last lines."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - 8192))
                text = file.read().decode(errors="replace")
        except OSError:
            return ""
        return "\n".join(text.rstrip().splitlines()[-lines:])
