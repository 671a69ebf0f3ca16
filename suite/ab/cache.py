"""Environments that are kept: the next comparison with the same commit need not build it again."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from suite.files import below

KEPT = 6
_NOTE = "loadledger.txt"
"""Written last: an environment without it was not finished."""
_LOCK = ".lock"


@contextlib.contextmanager
def cached(folder: Path, key: str, build: Callable[[Path], str]) -> Iterator[tuple[Path, str]]:
    """The environment `key` below `folder` and what its builder said of it; built if it is not there.

    While inside, no other process removes it. Those used longest ago go when there are more than six, and
    those whose building was killed. Raises StoreError for what is a link out of the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not (ignored := below(folder, folder / ".gitignore")).exists():
        ignored.write_text("*\n")
    place = below(folder, folder / key)
    note = place / _NOTE
    with _locked(folder, key) as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        if not note.exists():
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not note.exists():
                shutil.rmtree(place, ignore_errors=True)
                try:
                    note.write_text(build(place), encoding="utf-8")
                except BaseException:
                    shutil.rmtree(place, ignore_errors=True)
                    raise
            fcntl.flock(lock, fcntl.LOCK_SH)
        note.touch()
        _forget_oldest(folder)
        yield place, note.read_text(encoding="utf-8")


def digest(*folders: Path) -> str:
    """One hash of names and contents of all files in `folders`, git's own and byte code left out."""
    found = hashlib.sha256()
    for top in folders:
        for root, names, files in os.walk(top):
            names[:] = sorted(name for name in names if name not in (".git", "__pycache__"))
            for path in (Path(root, name) for name in sorted(files) if name != ".git"):
                found.update(os.fsencode(path.relative_to(top)) + b"\0")
                found.update(_content(path))
    return found.hexdigest()


def _content(path: Path) -> bytes:
    """Of a link where it leads; a file may be larger than memory."""
    if path.is_symlink():
        return hashlib.sha256(os.fsencode(path.readlink())).digest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


@contextlib.contextmanager
def _locked(folder: Path, key: str) -> Iterator[int]:
    descriptor = os.open(below(folder, folder / f"{key}{_LOCK}"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _forget_oldest(folder: Path) -> None:
    used: list[tuple[float, Path]] = []
    unfinished: list[Path] = []
    for lock in folder.glob(f"*{_LOCK}"):
        place = folder / lock.stem
        if lock.is_symlink() or place.is_symlink():
            continue
        try:
            used.append(((place / _NOTE).stat().st_mtime, place))
        except OSError:
            if place.is_dir():
                unfinished.append(place)
    for place in (*unfinished, *(place for _, place in sorted(used)[:-KEPT])):
        with _locked(folder, place.name) as held, contextlib.suppress(BlockingIOError):
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if place in unfinished and (place / _NOTE).exists():
                continue  # its builder has come to an end meanwhile
            (place / _NOTE).unlink(missing_ok=True)  # first: killed in the midst of this, it is none any more
            shutil.rmtree(place, ignore_errors=True)  # its lock stays: somebody may wait for it
