"""Processes that are started under another program, such as valgrind."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from multiprocess import spawn

_under: list[tuple[str, ...]] = []


@contextmanager
def wrapped(argv: Sequence[str], folder: Path) -> Iterator[None]:
    """What is started inside runs as the last argument of the program `argv`; a script lies in `folder`.

    The program has to become what it runs, as valgrind does: a wrapped process keeps its pid.
    """
    script = folder / "wrapped-python"
    words = shlex.join([*argv, sys.executable])
    script.write_bytes(os.fsencode(f'#!/bin/sh\nexec {words} "$@"\n'))  # a path may have any bytes
    script.chmod(0o700)
    before = spawn.get_executable()
    spawn.set_executable(str(script))
    _under.append(tuple(argv))
    try:
        yield
    finally:
        _under.pop()
        spawn.set_executable(before)


def wrapper() -> tuple[str, ...]:
    """What programs are started under, at this moment; nothing most of the time."""
    return _under[-1] if _under else ()
