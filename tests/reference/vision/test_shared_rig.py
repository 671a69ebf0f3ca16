"""A camera whose frames other processes look at."""

import os
import signal

import pytest

from suite.data.frames import frame_id
from suite.reference.vision.checks import every_reader_saw_whole_frames
from suite.reference.vision.shared_rig import SharedRig


@pytest.fixture
def rig():
    made = SharedRig(300_000, 20_000, 40_000, readers=1)
    yield made
    made.close()


def test_a_reader_sees_every_frame_whole(rig):
    sizes = set()
    for number in range(50):
        data = rig.next()
        assert frame_id(data).number == number
        sizes.add(len(data))
        rig.add(data)
    assert len(sizes) > 40
    told = every_reader_saw_whole_frames(rig, [], None)
    (saw,) = rig.seen
    assert told == f"50 frames, {saw['missed']} gone before a reader came to them"
    assert len(saw["seen"]) == saw["whole"]
    assert all(stamp < seen for stamp, seen in saw["seen"])
    assert 0.9 < rig.overhead < 3  # of a ring this small the pages of its slots count


def test_a_frame_that_is_not_what_it_says_is_found_out(rig):
    data = bytearray(rig.next())
    data[len(data) // 2] ^= 1
    rig.add(data)
    with pytest.raises(AssertionError, match="reader 0: 1 of 1 frames were torn"):
        every_reader_saw_whole_frames(rig, [], None)


def test_a_reader_that_died_is_told_and_holds_up_nobody(rig):
    os.kill(rig._watchers[0].pid, signal.SIGKILL)
    for _ in range(20):
        rig.add(rig.next())
    with pytest.raises(RuntimeError, match="reader 0 of the frames ended with -9"):
        every_reader_saw_whole_frames(rig, [], None)
