"""Opening what a system may have put there: no pipe is waited for, no link followed."""

from __future__ import annotations

import os
from io import FileIO
from pathlib import Path
from typing import Literal


def opened(path: Path, mode: Literal["rb", "r+b"] = "rb") -> FileIO:
    """The file at `path`, unbuffered. Raises OSError. Reading from a pipe gives None where it has nothing."""
    return open(path, mode, buffering=0, opener=_without_waiting)


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
