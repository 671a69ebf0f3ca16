"""Temporary directories of rounds: made, removed, and found again after a kill -9."""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from suite.process.opening import opened
from suite.process.ownership import owned, taken_over
from suite.process.shortage import advised
from suite.process.sweep import remove, sweep

_PREFIX = "loadledger-"
MARKER = ".loadledger-scratch"
_ROUND = ".round"
"""In it the id that the round's processes carry."""
_LONGEST = 64
"""Characters of one."""


@contextmanager
def scratch_directory() -> Iterator[Path]:
    """A directory for one round; one left where even the watchman was killed goes now, with its processes."""
    place = Path(tempfile.gettempdir())
    remove_abandoned(place)
    path = place / f"{_PREFIX}{secrets.token_urlsafe(6)}"  # known before a signal may come as it is made
    try:
        path.mkdir(0o700)
        with owned(path, MARKER):
            yield path
    finally:
        remove(path, MARKER)


def removal(*folders: Path) -> str | None:
    """What is to be said where somebody has removed one of these."""
    gone = next((folder for folder in folders if not folder.is_dir()), None)
    if gone is None:
        return None
    return f"{gone} was removed while it was in use; TMPDIR names a place that nobody tidies"


def unwritten(error: BaseException, folder: Path) -> str | None:
    """What is to be said where the machine refuses us a file in this one."""
    named = error.filename if isinstance(error, OSError) else None
    return advised(error) if isinstance(named, str) and folder in Path(named).parents else None


def let_through(path: Path) -> None:
    """Let other users who know its name reach `path` through the scratch directories that it lies in."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if is_scratch(folder) and _is_a_folder_of_this_user(folder) and not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def is_scratch(path: Path) -> bool:
    """Whether it is called as a scratch directory is."""
    return path.name.startswith(_PREFIX)


def note_round(directory: Path, round_id: str) -> None:
    """What carries `round_id` ends when `directory` is found abandoned."""
    with suppress(OSError):  # of a full disk others tell
        (directory / _ROUND).write_text(round_id)


def remove_abandoned(place: Path) -> None:
    """Remove the scratch directories in the folder `place` whose owners and watchmen were killed, and end
    their processes. What is not this user's, or was never one of ours, stays.
    """
    try:
        found = [path for path in place.iterdir() if is_scratch(path)]
    except OSError:
        return
    for path in found:
        with suppress(OSError):
            if _is_a_folder_of_this_user(path):
                with taken_over(path, MARKER) as abandoned:
                    if abandoned:
                        _sweep(path)
                        remove(path, MARKER)


def _sweep(path: Path) -> None:
    """End the processes of a round that is over. What a system put in the place of its id is passed over."""
    with suppress(OSError, UnicodeDecodeError), opened(path / _ROUND) as file:
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode) and (round_id := file.read(_LONGEST).decode()):
            sweep(round_id)


def _is_a_folder_of_this_user(path: Path) -> bool:
    found = path.lstat()  # a link is no folder
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
