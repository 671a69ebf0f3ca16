"""A round's notice to who started it from outside: which processes carry load, as long as it runs."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

NOTICE_VARIABLE = "LOADLEDGER_NOTICE"
"""Environment variable: the file with the pids of the system while load runs; unset, none is written."""
RECORDINGS_VARIABLE = "LOADLEDGER_RECORDINGS"
"""Environment variable: the folder for memray's recordings of the system; unset, nothing is recorded."""


@contextmanager
def noticed(pids: Iterable[int]) -> Iterator[None]:
    """While inside, the file that the environment asks for holds `pids`."""
    name = os.environ.get(NOTICE_VARIABLE)
    if name is None:
        yield
        return
    file = Path(name)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(list(pids)))
    draft.replace(file)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def read_notice(file: Path) -> tuple[int, ...] | None:
    """The pids that `file` holds, None while there is no load."""
    with contextlib.suppress(OSError):
        return tuple(json.loads(file.read_text()))
    return None


def recordings() -> Path | None:
    """Where the environment wants recordings of memray."""
    name = os.environ.get(RECORDINGS_VARIABLE)
    return None if name is None else Path(name)
