"""A ledger's file where we may write nothing, as on a read-only mount: it is read as it is.

SQLite locks by files beside it, for which there is no place; told that nobody changes the file it need not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from suite.errors import StoreError


def is_sealed(path: Path) -> bool:
    """Whether there is such a file, with nobody at work on it, of whom a part may lie beside it yet."""
    real = path.resolve()
    return real.is_file() and not os.access(real.parent, os.W_OK) and not Path(f"{real}-wal").exists()


def reading_uri(path: Path) -> str:
    """What SQLite is told to open to read from a file that may not be changed, or is sealed."""
    sealed = "&immutable=1" if is_sealed(path) else ""
    return f"{path.resolve().as_uri()}?mode=ro{sealed}"


@contextmanager
def unchanged(path: Path | None) -> Iterator[None]:
    """Raise StoreError if somebody else writes to a sealed file meanwhile: what was read may be of both."""
    if path is None or not is_sealed(path):
        yield
        return
    before = _state(path)
    yield
    if _state(path) != before:
        raise StoreError(f"ledger {path} was written to while it was read; try again")


def _state(path: Path) -> tuple[int, int, int, bool]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size, is_sealed(path)
