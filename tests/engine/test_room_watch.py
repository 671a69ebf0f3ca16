"""A round whose own folder is full says nothing of the system."""

import os
from types import SimpleNamespace

import pytest

from suite import User
from suite.engine.room_watch import RoomWatch
from suite.errors import NotKept
from suite.records.detail import Detail
from suite.report.reasons.wording import words


def test_values_that_found_no_room_are_no_failures_of_the_system(tmp_path):
    user = User()
    user._kept = os.open("/dev/full", os.O_WRONLY)
    try:
        with pytest.raises(NotKept, match="a value could not be kept: No space left on device"):
            user.keep(1)
    finally:
        os.close(user._kept)
    detail = Detail("failed", NotKept.cause, "work", 60_297, 0.1, "…")
    (reason,) = RoomWatch(tmp_path / "round").faults([detail])
    assert words(reason).startswith(f"there was no room left in {tmp_path}")
    assert "60,297 values" in words(reason)


def test_a_value_that_is_kept_in_part_is_told(monkeypatch):
    monkeypatch.setattr(os, "write", lambda _file, line: len(line) - 1)
    user = User()
    user._kept = 0
    with pytest.raises(NotKept, match="could not be kept whole: there is no more room"):
        user.keep(1)


@pytest.mark.parametrize(("free", "full"), [(0, True), (1 << 20, False)])
def test_a_folder_that_is_full_at_any_moment_rules_the_round_out(tmp_path, monkeypatch, free, full):
    found = SimpleNamespace(f_blocks=1 << 20, f_frsize=1, f_bavail=free, f_bfree=free)
    watch = RoomWatch(tmp_path)
    monkeypatch.setattr(os, "statvfs", lambda _: found)
    watch.tick()
    monkeypatch.undo()
    watch.tick()
    assert [reason.kind for reason in watch.faults([])] == ["scratch_full"] * full


def test_a_file_system_that_tells_nothing_has_room(tmp_path):
    watch = RoomWatch(tmp_path / "gone")
    watch.tick()
    assert watch.faults([]) == []
