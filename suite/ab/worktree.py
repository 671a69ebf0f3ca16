"""Git worktrees of ours: a commit's files in a folder of their own, for a while, its submodules' too."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from suite.errors import ConfigurationError
from suite.git import SUBMODULE, git
from suite.process.ownership import is_abandoned, owned
from suite.process.scratch import is_scratch

PATIENCE = 300.0
"""Seconds for writing a whole commit to disk."""
_MARKER = "loadledger"
"""What git keeps of a worktree of ours has this file beside it."""
_BEING_MADE = "initializing"
"""Why git keeps one locked until it is made."""


@contextlib.contextmanager
def worktree(repository: Path, sha: str, folder: Path) -> Iterator[None]:
    """The commit `sha` of `repository` in `folder` while inside, with the submodules that are checked out
    in `repository`. Raises ConfigurationError with what git says.
    """
    _forget_abandoned(repository)
    with contextlib.ExitStack() as held:
        try:
            _said(repository, "worktree", "add", "--no-checkout", "--detach", "--quiet", str(folder), sha)
        finally:
            if (folder / ".git").is_file():
                held.callback(_remove, repository, folder)
        held.enter_context(owned(Path(_said(folder, "rev-parse", "--absolute-git-dir")), _MARKER))
        # What takes its time comes once it is marked: one whose making is killed stays locked for ever.
        _said(folder, "reset", "--hard", "--no-recurse-submodules", "--quiet")
        for path, wanted in _submodules(repository, sha):
            if (repository / path / ".git").exists():
                try:
                    held.enter_context(worktree(repository / path, wanted, folder / path))
                except ConfigurationError as error:
                    hint = f"bring its commits: git -C {path} fetch"
                    raise ConfigurationError(f"submodule {path} at {wanted[:12]}: {error}; {hint}") from error
        yield


def _submodules(repository: Path, sha: str) -> Iterator[tuple[str, str]]:
    """(path, commit) of each submodule of a commit."""
    for entry in _said(repository, "ls-tree", "-r", "-z", "--full-tree", sha).split("\0"):
        kind, _, path = entry.partition("\t")
        if kind.startswith(SUBMODULE):
            yield path, kind.split()[2]


def _forget_abandoned(repository: Path) -> None:
    """Worktrees of an A/B that was killed: their folders are gone, but git still lists them."""
    common = repository / _said(repository, "rev-parse", "--git-common-dir")
    for record in common.glob("worktrees/*"):
        try:
            folder = Path(os.fsdecode((record / "gitdir").read_bytes().rstrip(b"\n"))).parent
        except OSError:  # what another is about to make, or to remove
            continue
        if (is_abandoned(record, _MARKER) or _half_made(record, folder)) and not folder.exists():
            _remove(repository, folder)


def _half_made(record: Path, folder: Path) -> bool:
    """Whether this one was killed unmarked: git locks what it makes, and pruning leaves that."""
    try:
        locked = (record / "locked").read_text(errors="replace").strip()
    except OSError:
        return False
    return locked == _BEING_MADE and is_scratch(folder.parent) and not folder.parent.exists()


def _remove(repository: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    git(repository, "worktree", "remove", "--force", "--force", str(folder), seconds=PATIENCE)


def _said(folder: Path, *arguments: str) -> str:
    answer = git(folder, *arguments, seconds=PATIENCE)
    if not answer:
        raise ConfigurationError(f"git in {folder}: {answer.fault}")
    return answer.text
