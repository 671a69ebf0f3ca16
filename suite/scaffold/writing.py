"""Writes files where there are none: what is there already stays, whoever wrote it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from suite.errors import StoreError
from suite.files import check_is_file, disk_faults, write_text
from suite.scaffold.stamp import is_marked, is_unchanged, stamped

State = Literal["new", "same", "differs", "renewed", "changed", "foreign"]
"""Of a file: it was not there; it is as it would be written; it is ours, and would be another one now; ours,
and was written anew; ours, and somebody changed it; somebody else's."""


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file, how it was found, and what it would have; `differing` lines of what is there are another."""

    path: str
    text: str
    state: State
    differing: int = 0

    @property
    def written(self) -> bool:
        """Whether it is, or would be, written."""
        return self.state in ("new", "renewed")


def planned(
    root: Path, texts: Mapping[str, str], *, renew: bool = False, elsewhere: Collection[str] = ()
) -> list[PlannedFile]:
    """What becomes of each of `texts`, by its path below `root`; what has a place `elsewhere` stays out.

    `renew`: ours that nobody changed are written anew. Raises StoreError for what can't be read.
    """
    return [
        PlannedFile(path, stamped(text), "foreign")
        if path in elsewhere
        else _plan(root, path, stamped(text), renew=renew)
        for path, text in texts.items()
    ]


def write(root: Path, files: list[PlannedFile]) -> None:
    """Write those that are to be written: all, or none. Raises StoreError, which says what of them is there
    yet.
    """
    done: list[_Written] = []
    try:
        for one in files:
            if one.written:
                done.append(_Written.before(root, one))
                write_text(root / one.path, one.text)
    except BaseException as error:
        left = [each.file.path for each in reversed(done) if not each.undone()]
        if left and isinstance(error, StoreError):
            raise StoreError(f"{error}; what was written is there yet: {', '.join(left)}") from error
        raise


@dataclass(frozen=True, slots=True)
class _Written:
    """A file, its place, the text that it had before, if any, and the folders that there were not."""

    file: PlannedFile
    place: Path
    before_it: str | None
    folders: tuple[Path, ...]

    @classmethod
    def before(cls, root: Path, file: PlannedFile) -> _Written:
        place = (root / file.path).resolve()  # a link stays a link
        with disk_faults(place):
            text = place.read_text(encoding="utf-8") if file.state == "renewed" else None
        return cls(file, place, text, tuple(folder for folder in place.parents if not folder.exists()))

    def undone(self) -> bool:
        """Make it as it was; whether it is. What somebody wrote there meanwhile stays."""
        place = self.place
        try:
            if place.is_file() and place.read_text(encoding="utf-8", errors="replace") == self.file.text:
                if self.before_it is None:
                    place.unlink()
                else:
                    write_text(place, self.before_it)
            for folder in self.folders:
                if folder.is_dir():
                    folder.rmdir()
        except (OSError, StoreError):
            return not place.is_file()
        return True


def _plan(root: Path, path: str, text: str, *, renew: bool) -> PlannedFile:
    there = root / path
    if not there.resolve().is_relative_to(root.resolve()):  # a link leads out of the project
        return PlannedFile(path, text, "foreign")
    if not there.exists():
        return PlannedFile(path, text, "new")
    check_is_file(there)
    with disk_faults(there):
        old = there.read_text(encoding="utf-8", errors="replace")
    if old == text:
        return PlannedFile(path, text, "same")
    if is_unchanged(old):
        state: State = "renewed" if renew else "differs"
    else:
        state = "changed" if is_marked(old) else "foreign"
    lines = [*difflib.unified_diff(old.splitlines(), text.splitlines(), n=0)][2:]  # the names come first
    return PlannedFile(path, text, state, sum(line[0] in "+-" for line in lines))
