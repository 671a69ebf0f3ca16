"""A folder is ours if it says so and its owner is alive, never for its name."""

import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from suite.process.ownership import is_abandoned, owned
from suite.process.scratch import MARKER, scratch_directory

KILLED = """
    import os
    from suite.process.scratch import scratch_directory
    with scratch_directory() as path:
        (path / "columns").write_text("1")
        print(path, flush=True)
        os.kill(os.getpid(), 9)
"""


def test_an_owner_that_is_alive_keeps_its_folder(tmp_path):
    with owned(tmp_path, "mark"):
        assert not is_abandoned(tmp_path, "mark")
    assert is_abandoned(tmp_path, "mark")
    assert not is_abandoned(tmp_path, "other")


def test_scratch_that_could_not_be_removed_to_its_end_is_found_again(tmp_path, monkeypatch):
    """What a gateway still wrote, or a kill in the midst, left a folder that no later round knew."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with monkeypatch.context() as patched:
        patched.setattr("suite.process.sweep.shutil.rmtree", lambda *_, **__: None)
        with scratch_directory() as path:
            (path / "instances").mkdir()
            (path / "columns").touch()
    assert not (path / "columns").exists()
    assert is_abandoned(path, MARKER)
    with scratch_directory():
        assert not path.exists()


def test_a_marker_that_is_a_link_is_nobodys(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "mark").symlink_to("file")
    assert not is_abandoned(tmp_path, "mark")


def test_scratch_of_the_dead_goes_and_what_only_has_such_a_name_stays(tmp_path, monkeypatch):
    """A run once removed the user's folder loadledger-2025-backup, and the scratch of a run whose pid it
    could not see."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED)], capture_output=True, text=True, check=False
    )
    abandoned = Path(done.stdout.strip())
    assert abandoned.parent == tmp_path
    assert abandoned.exists()
    theirs = [
        tmp_path / name for name in ("loadledger-2025-backup", "loadledger-999999-x", "loadledger-notes")
    ]
    for folder in theirs:
        folder.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with owned(elsewhere, ".loadledger-scratch"):
        pass
    link = tmp_path / "loadledger-link"
    link.symlink_to(elsewhere)

    def work():
        with scratch_directory() as outer, scratch_directory() as path:
            assert outer.exists()
            (path / "file").write_text("1")
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert sorted(tmp_path.iterdir()) == sorted([*theirs, elsewhere, link])
    assert (elsewhere / ".loadledger-scratch").exists()
