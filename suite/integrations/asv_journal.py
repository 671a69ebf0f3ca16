"""What a benchmark of asv's has measured by now: asv itself keeps nothing of one that is killed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from suite.formats.envelope import Kind
from suite.ledger.journal import Journal
from suite.ledger.store import DEFAULT
from suite.records.keeper import Keeper

_WORDS = 2
"""That program's arguments: what it is to do, the folder of benchmarks, and more."""
_PLACES: dict[Kind, str] = {"run": "runs", "leaks": "leaks", "costs": "costs"}


@contextmanager
def journalled(kind: Kind) -> Iterator[Keeper | None]:
    """A keeper in the results of the project whose asv runs this; None where no asv does.

    What ends well is asv's alone. What is killed, or interrupted, is left for the next command of ours there;
    and so is what ends when asv itself was killed, for nobody reads what it gives.
    """
    project = _project()
    if project is None:
        yield None
        return
    asv = os.getppid()
    with Journal(project / DEFAULT.parent, _PLACES[kind], kind) as journal:
        yield journal
        if os.getppid() == asv:
            journal.forget()


def _project() -> Path | None:
    """Where asv was called. In an environment that was there before (`asv run -E existing`) it tells nobody,
    but its program for benchmarks has their folder as an argument.
    """
    if told := os.environ.get("ASV_CONF_DIR"):
        return Path(told)
    program, *words = sys.argv
    if Path(program).parts[-2:] != ("asv", "benchmark.py") or len(words) < _WORDS:
        return None
    folder = Path(words[1]).resolve()
    return next((one for one in (folder, *folder.parents) if (one / "asv.conf.json").is_file()), None)
