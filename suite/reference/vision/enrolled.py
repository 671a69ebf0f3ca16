"""Databases of households, made from a seed: small ones anew, large ones once and kept in a cache."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from suite.data.embeddings import embedding_blocks
from suite.reference.vision.members import count, enrol, open_database

_LARGE = 5_000
"""Embeddings from which on making them anew would take seconds."""
_BLOCK = 4_096
"""Embeddings that are put in at a time."""
_FORM = 1
"""Counts up when what is in a file changes."""


@contextmanager
def enrolled(members: int, each: int, dimension: int, seed: int) -> Iterator[Engine]:
    """A database of `members` people with `each` embeddings, see `suite.data.embeddings`, to be read.

    A small one is gone afterwards; a large one stays in $LOADLEDGER_CACHE, else in the user's folder for
    caches, and is taken from there. Raises OSError if there is no place for it.
    """
    if members * each < _LARGE:
        with (
            tempfile.TemporaryDirectory(prefix="loadledger-household-") as directory,
            _opened(Path(directory) / "household.db") as engine,
        ):
            _fill(engine, members, each, dimension, seed)
            yield engine
        return
    folder = _cache()
    file = folder / f"household-{_FORM}-{members}x{each}x{dimension}-{seed}.db"
    try:
        with _alone(folder):
            if not _whole(file, members * each):
                _make(file, members, each, dimension, seed)
    except (OSError, DatabaseError) as error:
        raise OSError(
            f"no household of {members:,} can be kept in {folder}: {error}; LOADLEDGER_CACHE names another"
        ) from error
    with _opened(file) as engine:
        yield engine


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until nobody else makes anything in `folder`, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _make(file: Path, members: int, each: int, dimension: int, seed: int) -> None:
    """Make it beside its place, so that what is there is whole; what was cut off is made over."""
    draft = file.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with _opened(draft) as engine:
        _fill(engine, members, each, dimension, seed)
    draft.replace(file)


def _fill(engine: Engine, members: int, each: int, dimension: int, seed: int) -> None:
    """In blocks of whole members."""
    rows = max(_BLOCK // each, 1) * each
    for start, block in embedding_blocks(members * each, dimension, seed=seed, rows=rows):
        enrol(engine, block, each=each, first=start // each)


def _whole(file: Path, embeddings: int) -> bool:
    """Whether `file` holds what it should."""
    if not file.exists():
        return False
    try:
        with _opened(file) as engine:
            return count(engine) == embeddings
    except DatabaseError:
        return False


@contextmanager
def _opened(file: Path) -> Iterator[Engine]:
    engine = open_database(file)
    try:
        yield engine
    finally:
        engine.dispose()


def _cache() -> Path:
    own = os.environ.get("LOADLEDGER_CACHE")
    if own:
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "loadledger"
