"""Folders that are ours: a marker inside, whose lock their owner holds as long as it lives.

A name says nothing of an owner, nor does a pid of another namespace; a lock goes with whoever held it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path


@contextmanager
def owned(folder: Path, marker: str) -> Iterator[None]:
    """Own `folder` while inside: the file `marker` in it is locked, before it even has its name."""
    draft = folder / f"{marker}.new"
    with draft.open("x") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        draft.rename(folder / marker)
        yield


def is_abandoned(folder: Path, marker: str) -> bool:
    """Whether `folder` was owned once and is no more. False for what never was, or can't be looked into."""
    with taken_over(folder, marker) as abandoned:
        return abandoned


@contextmanager
def taken_over(folder: Path, marker: str) -> Iterator[bool]:
    """Whether it `is_abandoned`; if so nobody else finds it so while inside."""
    with ExitStack() as held:
        try:
            descriptor = os.open(
                folder / marker, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            )  # of a pipe too
            held.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
