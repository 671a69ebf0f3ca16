"""The files that SQLite keeps beside a database. Who sent one may have sent those too."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from suite.errors import StoreError
from suite.files import disk_faults

_ENDINGS = ("-journal", "-wal", "-shm")
_MAGIC = bytes.fromhex("d9d505f920a163d7")
"""Ends a journal that names a super-journal, a file which SQLite removes when it has rolled back."""


def check_companions(database: Path) -> None:
    """Raise StoreError for what would have SQLite wait for ever, or remove a file: a pipe, and a journal that
    names one. A ledger is never changed together with another database, which is what such a journal is for.
    """
    real = database.resolve()
    for ending in _ENDINGS:
        path = Path(f"{real}{ending}")
        with disk_faults(path), contextlib.suppress(FileNotFoundError):
            if not stat.S_ISREG(path.lstat().st_mode):
                why = "which is no file; remove that"
            elif ending == _ENDINGS[0] and _end(path) == _MAGIC:
                why = "by which another file would be removed; no ledger of ours has such a one: use another"
            else:
                continue
            raise StoreError(f"ledger {database} has {path.name} beside it, {why}")


def _end(path: Path) -> bytes:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(max(0, size - len(_MAGIC)))
        return file.read(len(_MAGIC))
