"""The fingerprint and the commit."""

from __future__ import annotations

import json
import os
import socket
import subprocess

from suite.measure.environment import commit, fingerprint

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
    (tmp_path / "untracked").write_text("")
    assert commit(tmp_path)[2] is False
    file.write_text("2")
    assert commit(tmp_path)[2] is True
    git(tmp_path, "checkout", "--detach")
    assert commit(tmp_path) == (sha, None, True)


def test_without_git(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit(tmp_path) == (None, None, False)
