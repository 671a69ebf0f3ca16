"""Which commits histories are made of: those that led to a branch, in git's order, with their dates."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from suite.git import git
from suite.ledger.commit_order import CommitOrder, MeasuredCommit
from suite.units import moment

_MOST = 100_000


class LineageStep(NamedTuple):
    """A commit of a history. `when` is its date from git, else that of its first Run, ISO; `rank` its
    place in git's order, -1 where git can't tell."""

    commit: str
    when: str
    rank: int


class Lineage:
    """The commits that led to `branch`, or to HEAD, as git lists them around `folder`.

    `name` is to be told with a setting, where there are several branches. Raises ConfigurationError for a
    branch that git does not know.
    """

    def __init__(
        self, branch: str | None = None, folder: str | os.PathLike[str] | None = None, *, name: str = ""
    ) -> None:
        here = Path.cwd() if folder is None else folder
        self.name = name
        self._order = CommitOrder(branch, here)
        self._dates: dict[str, int] = {}
        self._between = -1.0, math.inf
        if self.in_git:
            words = "--all", "--timestamp", f"--max-count={_MOST}", str(self._order.tip)
            listed = git(here, "rev-list", *words)
            self._dates = {sha: int(when) for when, sha in map(str.split, listed.text.splitlines())}

    @property
    def in_git(self) -> bool:
        """Whether git tells an order at all."""
        return self._order.tip is not None

    def limit(self, inside: Iterable[str], outside: Iterable[str]) -> None:
        """Only commits of a range that has `inside` and not `outside`: those between the nearest of them."""
        within = sorted(self._places(inside))
        without = self._places(outside)
        if within and without:
            low = max((at for at in without if at < within[0]), default=-1.0)
            high = min((at for at in without if at > within[-1]), default=math.inf)
            self._between = low, high

    def arranged(self, first: Mapping[str, float]) -> tuple[list[LineageStep], set[str]]:
        """Commits, each given with the time of its first Run, in order; and those of other branches.

        What git does not know is where `Order.arranged` has it. Those outside a range are in neither.
        """
        found = [MeasuredCommit(commit, when, when, 1) for commit, when in first.items()]
        ordered = [one.commit for one in self._order.arranged(found)[0]]
        if all(self._order.place(commit) is None for commit in first):
            # Some other repository's go by time, but not those of other branches here.
            ordered = [] if self._knows(first) else sorted(first, key=lambda commit: (first[commit], commit))
        low, high = self._between
        limited = self._between != (-1.0, math.inf)
        steps = [self._step(commit, first[commit]) for commit in ordered]
        return (
            [step for step in steps if (step.rank < 0 and not limited) or low < step.rank < high],
            first.keys() - set(ordered),
        )

    def _step(self, commit: str, first: float) -> LineageStep:
        when = moment(self._dates.get(commit, first))
        at = self._order.place(commit)
        return LineageStep(commit, when.isoformat(timespec="seconds"), -1 if at is None else at)

    def _knows(self, commits: Collection[str]) -> bool:
        return any(commit in self._dates for commit in commits)

    def _places(self, commits: Iterable[str]) -> list[int]:
        places = (self._order.place(commit) for commit in commits)
        return [at for at in places if at is not None]
