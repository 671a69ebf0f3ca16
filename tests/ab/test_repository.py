"""Commits in folders of their own; nothing of them is left in the user's repository."""

import shutil
import subprocess

import pytest
from support.repositories import Scratch

from suite.ab.repository import Repository, take
from suite.errors import ConfigurationError


@pytest.fixture
def scratch(tmp_path):
    scratch = Scratch(tmp_path / "repository")
    scratch.write("kept", "1")
    scratch.write("changed", "old")
    scratch.write("gone", "1")
    scratch.commit("One")
    return scratch


def repository(scratch):
    return Repository(scratch.folder, scratch.folder / "results")


def test_commits_by_any_name(scratch):
    sha = scratch.git("rev-parse", "HEAD")
    scratch.git("tag", "v1")
    found = repository(scratch)
    for word in ("HEAD", "main", "v1", sha, sha[:10]):
        assert found.commit(word).sha == sha
        assert found.knows(word)
    assert str(found.commit("v1")) == f"{sha[:12]} One"
    for word in ("v2", "--all", ""):
        assert not found.knows(word)
        with pytest.raises(ConfigurationError, match="git knows no commit"):
            found.commit(word)


def test_a_folder_below_is_in_the_repository_and_one_outside_is_not(scratch, tmp_path):
    below = scratch.folder / "a" / "b"
    below.mkdir(parents=True)
    assert Repository(below, tmp_path).root == scratch.folder
    with pytest.raises(ConfigurationError, match="not a git repository"):
        Repository(tmp_path, tmp_path)


def test_a_shallow_clone_says_what_brings_more(scratch, tmp_path):
    first = scratch.git("rev-parse", "HEAD")
    scratch.commit("Two")
    clone = tmp_path / "clone"
    scratch.git("clone", "-q", "--depth", "1", f"file://{scratch.folder}", str(clone))
    with pytest.raises(ConfigurationError, match="git fetch --unshallow"):
        Repository(clone, tmp_path).commit(first)


def test_a_commit_is_checked_out_and_removed(scratch, tmp_path):
    scratch.write("changed", "new")
    found, place = repository(scratch), tmp_path / "place"
    with found.checked_out(found.commit("HEAD"), place):
        assert (place / "changed").read_text() == "old"
        assert len(scratch.worktrees()) == 2
    assert not place.exists()
    assert len(scratch.worktrees()) == 1
    assert (scratch.folder / "changed").read_text() == "new"


def test_the_work_tree_is_taken_as_it_is(scratch, tmp_path):
    scratch.write("changed", "new")
    scratch.write("new/file", "1")
    scratch.write("results/ab/much.json", "1")
    scratch.write(".gitignore", "ignored\n")
    scratch.write("ignored", "1")
    (scratch.folder / "gone").unlink()
    (scratch.folder / "link").symlink_to("kept")
    found, place = repository(scratch), tmp_path / "place"
    work_tree = found.work_tree()
    assert work_tree.changed == 5
    assert "uncommitted changes to 5 files" in str(work_tree)
    with found.checked_out(work_tree, place):
        names = {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}
        assert names - {".git"} == {".gitignore", "changed", "kept", "new/file", "link"}
        assert (place / "changed").read_text() == "new"
        assert (place / "link").is_symlink()
    scratch.git("checkout", "-q", ".")
    scratch.git("clean", "-fdq")
    assert repository(scratch).work_tree().changed == 0


def test_hooks_of_the_user_do_not_run(scratch, tmp_path):
    hook = scratch.write(".git/hooks/post-checkout", f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    found = repository(scratch)
    with found.checked_out(found.commit("HEAD"), tmp_path / "place"):
        pass
    assert not (tmp_path / "ran").exists()


def test_what_a_killed_comparison_left_is_forgotten_but_nothing_of_the_user(scratch, tmp_path):
    ours, theirs = tmp_path / "loadledger-123-abc" / "base", tmp_path / "elsewhere"
    for place in (ours, theirs):
        scratch.git("worktree", "add", "--detach", str(place))
        shutil.rmtree(place)
    found = repository(scratch)
    with found.checked_out(found.commit("HEAD"), tmp_path / "place"):
        listed = "\n".join(scratch.worktrees())
    assert str(ours) not in listed
    assert str(theirs) in listed


def test_what_git_says_is_passed_on(scratch, tmp_path):
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "file").write_text("in the way")
    found = repository(scratch)
    with (
        pytest.raises(ConfigurationError, match="already exists"),
        found.checked_out(found.commit("HEAD"), tmp_path / "place"),
    ):
        pass
    assert len(scratch.worktrees()) == 1


def test_an_empty_repository_has_no_work_tree_to_compare(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    with pytest.raises(ConfigurationError, match="git knows no commit 'HEAD'"):
        Repository(tmp_path, tmp_path / "results").work_tree()


def test_taking_replaces_whatever_was_there(tmp_path):
    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "file").write_text("1")
    (tmp_path / "to").write_text("a file")
    take(tmp_path / "from", tmp_path / "to")
    assert (tmp_path / "to" / "file").read_text() == "1"
    take(tmp_path / "from" / "file", tmp_path / "to")
    assert (tmp_path / "to").read_text() == "1"
    take(tmp_path / "missing", tmp_path / "to")
    assert not (tmp_path / "to").exists()
