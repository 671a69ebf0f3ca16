"""What a benchmark of asv's has measured by now: asv itself keeps nothing of one that is killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from suite.formats.envelope import Kind
from suite.ledger.journal import Journal
from suite.ledger.store import DEFAULT
from suite.records.keeper import Keeper

_PLACES: dict[Kind, str] = {"run": "runs", "leaks": "leaks", "costs": "costs"}


@contextmanager
def journalled(kind: Kind) -> Iterator[Keeper | None]:
    """A keeper in the results of the project whose asv runs this; None where no asv does.

    What ends well is asv's alone. What is killed, or interrupted, is left for the next command of ours there.
    """
    project = os.environ.get("ASV_CONF_DIR")
    if not project:
        yield None
        return
    with Journal(Path(project) / DEFAULT.parent, _PLACES[kind], kind) as journal:
        yield journal
        journal.forget()
