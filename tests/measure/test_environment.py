"""The fingerprint and the commit."""

from __future__ import annotations

import json
import os
import socket
import subprocess

import pytest

from suite.measure.environment import commit, fingerprint, untold

_WHO = {f"GIT_{who}_{what}": "a" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def test_the_fingerprint_is_plain_and_does_not_name_the_machine():
    found = fingerprint()
    assert json.loads(json.dumps(found)) == found
    assert found["cores"] >= found["affinity"] >= 1
    assert found["memory"] > 0
    assert found["packages"]["numpy"]
    assert socket.gethostname() not in found.values()
    assert fingerprint() == found


def git(folder, *arguments):
    environment = {**os.environ, **_WHO}
    subprocess.run(["git", *arguments], cwd=folder, check=True, env=environment, capture_output=True)


def test_the_commit_and_whether_files_differ_from_it(tmp_path):
    assert commit(tmp_path / "missing") == (None, None, False)
    git(tmp_path, "init", "-b", "topic")
    assert commit(tmp_path) == (None, None, False)
    file = tmp_path / "file"
    file.write_text("1")
    git(tmp_path, "add", "file")
    git(tmp_path, "-c", "core.hooksPath=", "commit", "-m", "one")
    sha, branch, dirty = commit(tmp_path)
    assert (len(sha), branch, dirty) == (40, "topic", False)
    file.write_text("2")
    assert commit(tmp_path)[2] is True
    git(tmp_path, "checkout", "--detach")
    assert commit(tmp_path) == (sha, None, True)


def test_without_git(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit(tmp_path) == (None, None, False)


def test_a_checkout_whose_commit_git_does_not_tell_is_told_from_none(tmp_path, monkeypatch):
    assert untold(tmp_path) is None
    git(tmp_path, "init", "-b", "main")
    (tmp_path / "below").mkdir()
    assert untold(tmp_path / "below") is None  # there is no commit yet
    with monkeypatch.context() as patch:
        patch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        patch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
        assert "dubious ownership" in untold(tmp_path / "below")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert untold(tmp_path) == "git is not installed"


@pytest.fixture
def repository(tmp_path):
    git(tmp_path, "init", "-b", "main")
    (tmp_path / ".gitignore").write_text("ignored.py\n")
    git(tmp_path, "add", ".gitignore")
    git(tmp_path, "-c", "core.hooksPath=", "commit", "-m", "one")
    return tmp_path


@pytest.mark.parametrize("name", ["shop.py", "shop/prices.py", "native.c", "settings.toml", "ä b.py"])
def test_a_module_that_git_does_not_know_is_a_change(repository, name):
    path = repository / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("")
    (repository / "deep").mkdir()
    assert commit(repository)[2] is True
    assert commit(repository / "deep")[2] is True


@pytest.mark.parametrize(
    "name",
    [
        "ignored.py", "results/site/graphs.js", "results/runs/1.json", ".asv/env/x/a.py", "result.json",
        "out.html", "notes.md", "env/0a1b/lib/python3.11/site-packages/numpy/core.py", "conda/x/lib/a.py",
    ],
)  # fmt: skip
def test_what_was_measured_and_environments_are_no_change(repository, name):
    path = repository / name
    path.parent.mkdir(parents=True, exist_ok=True)
    for other in ("env/0a1b/pyvenv.cfg", "conda/x/conda-meta/history"):
        (repository / other).parent.mkdir(parents=True, exist_ok=True)
        (repository / other).write_text("")
    path.write_text("")
    assert commit(repository)[2] is False
