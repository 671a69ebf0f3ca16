"""Which commit a word means, and which came before it: what git knows of the history here."""

from __future__ import annotations

import os
from pathlib import Path

from suite.git import REVISIONS, git

_MOST = 50
"""Commits further back are no neighbours."""


class Commits:
    """The history of the git repository around `folder`; empty where there is none, and `fault` says why."""

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        self._folder = Path.cwd() if folder is None else folder
        here = git(self._folder, "rev-parse", "--is-shallow-repository")
        self.fault = here.fault
        self.shallow = here.text == "true"

    def sha(self, word: str) -> str | None:
        """The full sha of a sha, branch, tag or HEAD~1; of a branch that only the origin has, its.

        None for what is no commit, as for ^HEAD, which git takes for all but those before it.
        """
        if self.fault is not None or not word or word.startswith(("-", "^")):
            return None
        for name in (word, f"refs/remotes/origin/{word}"):
            found = git(self._folder, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
            if found:
                return found.text
        return None

    def is_branch(self, word: str) -> bool:
        """Whether `word` names a branch, here or at the origin: its commit moves on."""
        names = (f"refs/heads/{word}", f"refs/remotes/{word}", f"refs/remotes/origin/{word}")
        return any(git(self._folder, "rev-parse", "--verify", "--quiet", name) for name in names)

    def fork(self, one: str, other: str) -> str | None:
        """The commit from which two lines of history part; None if they have none in common."""
        return git(self._folder, "merge-base", REVISIONS, one, other).text or None

    def line(self, sha: str) -> list[str]:
        """`sha` and up to 50 commits before it, nearest first, along the line that merges went into."""
        found = git(self._folder, "rev-list", "--first-parent", f"--max-count={_MOST + 1}", REVISIONS, sha)
        return found.text.split() or [sha]
