"""The user's git repository: the commits that are compared, each in a folder of its own."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from suite.ab.worktree import PATIENCE, worktree
from suite.errors import ConfigurationError
from suite.files import copy_folder, copying
from suite.git import git
from suite.ledger.commits import Commits


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit and its subject; `changed` files of the work tree come on top of it."""

    sha: str
    subject: str
    changed: int = 0

    def __str__(self) -> str:
        if self.changed:
            files = "1 file" if self.changed == 1 else f"{self.changed} files"
            return f"work tree: {self.sha[:12]} with uncommitted changes to {files}"
        return f"{self.sha[:12]} {self.subject}"


class Repository:
    """The git repository around `folder`. What its work tree has in `without` is never looked at.

    Raises ConfigurationError if there is none, or no git.
    """

    def __init__(self, folder: Path, without: Path) -> None:
        self._folder = folder
        self._without = without.resolve()
        self._commits = Commits(folder)
        self._folder = self.root = Path(self._said("rev-parse", "--show-toplevel")).resolve()

    def commit(self, word: str) -> Commit:
        """Whatever git resolves: a branch, a tag, HEAD~3. Raises ConfigurationError for what it does not."""
        sha = self._commits.sha(word)
        if sha is None:
            shallow = self._commits.shallow
            hint = "; this clone is shallow: git fetch --unshallow brings more" if shallow else ""
            raise ConfigurationError(f"git knows no commit {word!r}{hint}")
        return Commit(sha, self._said("log", "-1", "--format=%s", sha))

    def knows(self, word: str) -> bool:
        """Whether git resolves it to a commit."""
        return self._commits.sha(word) is not None

    def work_tree(self) -> Commit:
        """HEAD, with how many files differ from it."""
        head = self.commit("HEAD")
        return Commit(head.sha, head.subject, len(self._changed()))

    @contextlib.contextmanager
    def checked_out(self, commit: Commit, folder: Path) -> Iterator[Path]:
        """The files of `commit` in `folder` (a git worktree), with the work tree's changes if it has some.

        Files that git ignores are not there. The worktree is removed at the end.
        """
        with worktree(self.root, commit.sha, folder):
            for name in self._changed() if commit.changed else ():
                take(self.root, folder, name)
            yield folder

    def _changed(self) -> list[str]:
        listed = self._said("diff", "--name-only", "--no-renames", "-z", "HEAD", "--")
        listed += "\0" + self._said("ls-files", "--others", "--exclude-standard", "-z")
        names = sorted({name for name in listed.split("\0") if name})
        return [name for name in names if not (self.root / name).is_relative_to(self._without)]

    def _said(self, *arguments: str) -> str:
        answer = git(self._folder, *arguments, seconds=PATIENCE)
        if not answer:
            raise ConfigurationError(f"git in {self._folder}: {answer.fault}")
        return answer.text


def take(source_root: Path, target_root: Path, name: Path | str) -> None:
    """Make `name` in one folder what it is in the other: the same file, folder or link, or nothing.

    Raises ConfigurationError where that would reach out of the target folder through a link, StoreError for
    what can't be copied.
    """
    source, target = source_root / name, target_root / name
    if not target.parent.resolve().is_relative_to(target_root.resolve()):
        raise ConfigurationError(f"{name}: in {target_root.name} a link above it leads out of the checkout")
    with copying(source):
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)
        if source.is_symlink() or source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
        elif source.is_dir():
            copy_folder(source, target, "__pycache__", ".git")
