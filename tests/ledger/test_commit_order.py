"""The order of commits."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.histories import commit, git, repository

from suite.errors import ConfigurationError
from suite.ledger.commit_order import CommitOrder, MeasuredCommit


def measured(*shas: str) -> list[MeasuredCommit]:
    """As they were first run, one after the other."""
    return [MeasuredCommit(sha, float(at), float(at), 1) for at, sha in enumerate(shas)]


def names(found: tuple[list[MeasuredCommit], int]) -> tuple[list[str], int]:
    return [one.commit for one in found[0]], found[1]


def test_git_tells_the_order_whenever_they_ran(tmp_path: Path) -> None:
    shas = repository(tmp_path, 5)
    assert names(CommitOrder(folder=tmp_path).arranged(measured(*reversed(shas)))) == (shas, 0)


def test_without_git_it_is_time(tmp_path: Path) -> None:
    assert names(CommitOrder(folder=tmp_path).arranged(measured("b", "a"))) == (["b", "a"], 0)


def test_commits_of_another_repository_go_by_time(tmp_path: Path) -> None:
    repository(tmp_path)
    assert names(CommitOrder(folder=tmp_path).arranged(measured("b", "a"))) == (["b", "a"], 0)


def test_other_branches_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    shas = repository(tmp_path)
    git(tmp_path, "checkout", "-q", "-b", "scratch", shas[1])
    side = commit(tmp_path)
    git(tmp_path, "checkout", "-q", "main")
    found = measured(*shas, side)
    assert names(CommitOrder(folder=tmp_path).arranged(found)) == (shas, 1)
    assert names(CommitOrder("scratch", tmp_path).arranged(found)) == ([*shas[:2], side], 1)
    with pytest.raises(ConfigurationError, match="git knows no branch or commit nope"):
        CommitOrder("nope", tmp_path)


def test_what_git_takes_for_all_but_a_commit_is_none(tmp_path: Path) -> None:
    """`^main` had the name of a commit, of which there are no runs, and an empty history."""
    shas = repository(tmp_path)
    commits = CommitOrder(folder=tmp_path).commits
    assert commits.sha("main") == shas[-1]
    assert [commits.sha(word) for word in ("^main", "^HEAD", f"^{shas[0]}")] == [None] * 3
    with pytest.raises(ConfigurationError, match="git knows no branch or commit \\^main"):
        CommitOrder("^main", tmp_path)


def test_what_a_shallow_clone_lacks_comes_first(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    shas = repository(tmp_path / "whole", 4)
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{tmp_path / 'whole'}", "part")
    assert names(CommitOrder(folder=tmp_path / "part").arranged(measured(*shas))) == (shas, 0)
