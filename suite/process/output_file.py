"""What a program writes, in a file of which the disk keeps the end, however much it is."""

from __future__ import annotations

import contextlib
import ctypes
from pathlib import Path

from suite.process.opening import opened

MOST = 64 << 20
"""Bytes on the disk, about: a program may write some more before somebody looks."""
_KEPT, _SHOWN = 4 << 20, 1 << 16
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
                with opened(self.path, "r+b") as file:
                    upto = end - _KEPT
                    _libc.fallocate(file.fileno(), _PUNCH_A_HOLE, ctypes.c_int64(0), ctypes.c_int64(upto))
                    self._from = upto

    def end(self) -> str:
        """What it wrote last, from the beginning of a line: half a secret is not known as one."""
        try:
            size = self.path.stat().st_size
        except OSError:
            return ""
        text = part(self.path, max(0, size - _SHOWN), size)
        return text.partition("\n")[2] if size > _SHOWN else text


def part(path: Path, start: int, end: int) -> str:
    """What stands there from byte `start` to `end`, but for what was given back; "" where that can't be read.

    A program may have put anything in the place of the file that it writes to, a pipe or a link too.
    """
    try:
        with opened(path) as file:
            file.seek(start)
            return (file.read(max(0, end - start)) or b"").lstrip(b"\0").decode(errors="replace")
    except OSError:
        return ""
