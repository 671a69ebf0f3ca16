"""A folder is ours if it says so and its owner is alive, never for its name."""

import os
import pwd
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from suite.process.ownership import is_abandoned, owned
from suite.process.scratch import MARKER, scratch_directory
from suite.process.sweep import remove

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


def abandoned_scratch(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    path = tmp_path / "loadledger-abc"
    path.mkdir()
    (path / MARKER).touch()
    return path


@pytest.mark.parametrize("what", ["pipe", "no text", "link"])
def test_what_a_system_put_in_the_place_of_its_rounds_id_stops_no_later_round(tmp_path, monkeypatch, what):
    """A pipe was waited for without end."""
    path = abandoned_scratch(tmp_path, monkeypatch)
    match what:
        case "pipe":
            os.mkfifo(path / ".round")
        case "no text":
            (path / ".round").write_bytes(b"\xff\xff")
        case "link":
            (path / ".round").symlink_to("/dev/zero")
    with scratch_directory():
        assert not path.exists()


def test_scratch_goes_however_deep_and_however_closed_it_is(tmp_path, monkeypatch):
    """What Go keeps of modules is in folders that nobody may write in; a path has 4,096 characters."""
    path = abandoned_scratch(tmp_path, monkeypatch)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    (path / "away").symlink_to(elsewhere)
    here = os.open(path, os.O_RDONLY)
    for _ in range(1_500):
        os.mkdir("folder-in-a-folder", dir_fd=here)
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here))
        deeper = os.open("folder-in-a-folder", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    for mode in (0o000, 0o555):
        closed = path / f"closed-{mode:o}"
        (closed / "inner").mkdir(parents=True)
        (closed / "inner" / "file").touch()
        (closed / "inner").chmod(mode)
        closed.chmod(mode)
    nobody = pwd.getpwnam("nobody")
    if os.getuid() == 0:  # root may do all
        subprocess.run(["chown", "-Rh", str(nobody.pw_uid), str(tmp_path)], check=True)
    child = os.fork()
    if child == 0:
        os.chdir(tmp_path)
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
        remove(Path(path.name), MARKER)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    left = path.exists()
    subprocess.run(["rm", "-rf", str(path)], check=True)  # pytest could not
    assert not left
    assert (elsewhere / "kept").exists()


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
