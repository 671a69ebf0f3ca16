"""Temporary directories of rounds: made, removed, and found again after a kill -9."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from suite.process.ownership import is_abandoned, owned

_PREFIX = "loadledger-"
_MARKER = ".loadledger-scratch"


@contextmanager
def scratch_directory() -> Iterator[Path]:
    """A directory for one round; one left where even the watchman was killed goes now."""
    _remove_abandoned()
    path = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        with owned(path, _MARKER):
            yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _remove_abandoned() -> None:
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if _is_a_folder_of_this_user(path) and is_abandoned(path, _MARKER):
                shutil.rmtree(path)


def _is_a_folder_of_this_user(path: Path) -> bool:
    found = path.lstat()  # a link is no folder
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
