"""The id of a round: every process of it carries it, and by it all are found and ended."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from multiprocess import resource_tracker

from suite.process.guard import adopts_orphans
from suite.process.scratch import MARKER, note_round
from suite.process.sweep import ROUND_VARIABLE, children, reap, remove, sweep
from suite.process.variables import inherited
from suite.process.watchman import Watchman, watched


@contextlib.contextmanager
def round_identity(directory: Path) -> Iterator[Watchman]:
    """An id that all processes started inside carry; what still carries it afterwards is killed, and the
    scratch `directory` removed.

    Its watchman does so should we die, and keeps what it is told to hold.
    """
    strangers = children()
    try:
        with _identity(directory) as (watchman, carried), carried():
            yield watchman
    finally:
        if adopts_orphans():
            reap(children() - strangers)


@contextlib.contextmanager
def lasting_identity(directory: Path) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """An id, and what has all that is started within carry it; at the end what carries it is killed.

    What a process leaves among its temporary files is left in the scratch `directory`, and goes with that.
    """
    with _identity(directory) as (_, carried):
        yield carried


@contextlib.contextmanager
def _identity(directory: Path) -> Iterator[tuple[Watchman, Callable[[], AbstractContextManager[None]]]]:
    resource_tracker.ensure_running()  # it serves all rounds, so it must carry none of their ids
    name = uuid.uuid4().hex
    note_round(directory, name)
    with watched(name, directory) as watchman:
        try:
            yield watchman, lambda: inherited({ROUND_VARIABLE: name, "TMPDIR": str(directory)})
        finally:
            sweep(name)
            if (directory / MARKER).exists():  # else it is no scratch of ours
                remove(directory, MARKER)  # while somebody is there who goes on with it should we be killed
