"""A round of a side: why it fails, as far as its files tell, and that it ends."""

from pathlib import Path

import pytest

from suite.ab import sample
from suite.ab.checkout import Checkout
from suite.ab.repository import Commit
from suite.ab.sample import ProcessRunner, _not_there
from suite.ab.task import Task
from suite.config.layer import SettingsLayer
from suite.errors import StoreError, WorkerFailed

MODULES = '[submodule "lib"]\n\tpath = vendor/lib\n\turl = x\n[submodule "own"]\n\tpath = own\n'


def test_submodules_that_are_not_checked_out_are_named(tmp_path):
    assert _not_there(tmp_path) == ""
    (tmp_path / ".gitmodules").write_text(MODULES)
    for name in ("vendor/lib", "own"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "own" / "file").touch()
    assert _not_there(tmp_path) == (
        "\nnot checked out: submodule vendor/lib; bring it: git submodule update --init"
    )


def test_a_round_that_hangs_does_not_keep_a_pair_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(sample, "_FIRST", 0.05)
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexec sleep 100\n")
    python.chmod(0o755)
    runner = ProcessRunner(tmp_path, Path(), tmp_path)
    side = Checkout("base", Commit("a" * 40, "base"), tmp_path, python)
    with pytest.raises(WorkerFailed, match=r"shop/browse, .*: a round was not over after 0 s, and was ended"):
        runner.take(side, Task("shop/browse", "shop/browse"))


def test_a_round_may_take_ten_times_as_long_as_the_longest_before_it(tmp_path):
    runner = ProcessRunner(tmp_path, Path(), tmp_path)
    task = Task("shop/browse", "shop/browse", SettingsLayer(seconds=100.0))
    assert runner._patience(task) == 3600 + 1000
    runner._longest["shop/browse", 100.0] = 300.0
    assert runner._patience(task) == 3000
    assert runner._patience(task.lasting(5.0)) == 3650


def test_a_side_whose_folder_was_removed_is_not_a_fault_of_ours(tmp_path):
    """`suite blame --bisect` ended with 70 where somebody tidied the folder of temporary files."""
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nrm -r head\nexit 70\n")
    python.chmod(0o755)
    (tmp_path / "head").mkdir()
    runner = ProcessRunner(tmp_path, Path(".."), tmp_path)
    side = Checkout("head", Commit("a" * 40, "head"), tmp_path / "head", python)
    with pytest.raises(StoreError, match=f"{tmp_path}/head was removed while it was in use; TMPDIR names a"):
        runner.take(side, Task("shop/browse", "shop/browse"))


def test_a_side_that_found_no_room_to_say_so_is_not_a_fault_of_ours(tmp_path, monkeypatch):
    """`suite ab` ended with 70 where the folder of temporary files was full."""
    monkeypatch.setattr("suite.engine.room_watch._LEAST", 2**70)  # nobody has so much room
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    runner = ProcessRunner(tmp_path, Path(), tmp_path)
    side = Checkout("base", Commit("a" * 40, "base"), tmp_path, python)
    with pytest.raises(StoreError, match=f"can't write below {tmp_path}: the disk is full; free some space"):
        runner.take(side, Task("shop/browse", "shop/browse"))


@pytest.mark.parametrize(
    ("ends", "said"), [("kill -9 $$", "was killed by SIGKILL"), ("exit 143", "ended with status 143")]
)
def test_a_round_that_somebody_ended_is_not_a_fault_of_ours(tmp_path, ends, said):
    """`suite ab` ended with 70, and called it an internal error."""
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{ends}\n")
    python.chmod(0o755)
    runner = ProcessRunner(tmp_path, Path(), tmp_path)
    side = Checkout("base", Commit("a" * 40, "base"), tmp_path, python)
    with pytest.raises(WorkerFailed, match=said) as told:
        runner.take(side, Task("shop/browse", "shop/browse"))
    assert told.value.exit_code == 3


def test_what_is_known_and_can_not_be_removed_is_told(tmp_path):
    """Results on a file system that is read-only from then on ended `suite ab` with 70."""
    room = tmp_path / "room"
    (room / "results-base/runs/x.json").mkdir(parents=True)  # as little to be removed as there
    runner = ProcessRunner(tmp_path, Path(), tmp_path, room=room)
    side = Checkout("base", Commit("a" * 40, "base"), tmp_path, tmp_path / "python")
    with pytest.raises(StoreError, match=r"can't write .*/x.json: it is a folder"):
        runner.take(side, Task("shop/browse", "shop/browse"))
