"""The id of a round: every process of it carries it, and by it all are found and ended."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path

from multiprocess import resource_tracker

from suite.process.guard import adopt_orphans
from suite.process.sweep import ROUND_VARIABLE, children, reap, sweep
from suite.process.variables import inherited
from suite.process.watchman import watched


@contextlib.contextmanager
def round_identity(directory: Path) -> Iterator[None]:
    """An id that all processes started inside carry; what still carries it afterwards is killed."""
    resource_tracker.ensure_running()  # it serves all rounds, so it must carry none of their ids
    adopt_orphans()
    name = uuid.uuid4().hex
    with watched(name, directory):
        strangers = children()
        # What a process of the round leaves among its temporary files goes with the round's own.
        try:
            with inherited({ROUND_VARIABLE: name, "TMPDIR": str(directory)}):
                yield
        finally:
            sweep(name)
            reap(children() - strangers)
