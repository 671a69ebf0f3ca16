"""The order of commits: git's where it can tell, else by time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from suite.errors import ConfigurationError
from suite.git import git
from suite.ledger.commits import Commits

_MOST = 100_000


class MeasuredCommit(NamedTuple):
    """A commit with its counted Runs: how many, when the first and the newest began.

    There are many of them, and a tuple is made fastest.
    """

    commit: str
    first: float
    newest: float
    runs: int


class CommitOrder:
    """The commits that led to `branch`, or to HEAD, as git lists them around `folder`.

    Without git, or where it knows none of the commits asked for, they go by the time of their first Run.
    """

    def __init__(self, branch: str | None = None, folder: str | os.PathLike[str] | None = None) -> None:
        here = Path.cwd() if folder is None else folder
        self.commits = Commits(here)
        self.branch = branch
        self.tip = self.commits.sha(branch or "HEAD")
        if branch is not None and self.tip is None and self.commits.fault is None:
            raise ConfigurationError(f"git knows no branch or commit {branch}; git branch --all lists them")
        self._places: dict[str, int] = {}
        if self.tip is not None:
            listed = git(here, "rev-list", "--topo-order", f"--max-count={_MOST}", "--reverse", self.tip)
            self._places = {sha: place for place, sha in enumerate(listed.text.split())}

    def place(self, commit: str) -> int | None:
        """Where a commit is among those that led to the branch, the oldest at 0; None if it is not."""
        return self._places.get(commit)

    def arranged(self, found: Sequence[MeasuredCommit]) -> tuple[list[MeasuredCommit], int]:
        """`found` in order, oldest first, and how many were left out as they are of other branches.

        What a shallow clone lacks is taken for older than all that it has.
        """
        by_time = sorted(found, key=itemgetter(1, 0))
        known = [one for one in by_time if one.commit in self._places]
        if not known and (self.branch is None or self.tip is None):
            return by_time, 0
        known.sort(key=lambda one: self._places[one.commit])
        unknown = [one for one in by_time if one.commit not in self._places]
        return ([*unknown, *known], 0) if self.commits.shallow else (known, len(unknown))

    def between(self, good: str, commit: str, bad: str) -> bool:
        """Whether git lists `commit` after `good` and not after `bad`."""
        places = [self._places.get(sha) for sha in (good, commit, bad)]
        known = [place for place in places if place is not None]
        return len(known) == len(places) and known[0] < known[1] <= known[2]
