"""Each check passes sound buffers and matchers and says what is wrong with broken ones."""

import subprocess
import sys

import pytest
from support.broken_vision import BlackRig, GrowingRig, HalvingRig, RepeatingRig, SameFrameRig, ShuffledRig
from support.records import Counted

from suite.reference.vision.checks import (
    all_added,
    all_succeed,
    everyone_recognised,
    frames_are_distinct,
    frames_are_incompressible,
    last_frames_in_order,
    memory_is_real,
)
from suite.reference.vision.frame_buffer import FrameBuffer
from suite.reference.vision.held_memory import held_memory
from suite.reference.vision.memory import fill_overhead, overhead, per_camera
from suite.reference.vision.rig import CameraRig


def shot(kind, frames=50, **parameters):
    """A rig after `frames` frames."""
    rig = kind(**{"cameras": 2, "frames": 10, "frame_bytes": 2_000, **parameters})
    for _ in range(frames):
        rig.add(*rig.next())
        rig.mark_filled()
    rig.mark_settled()
    return rig


@pytest.mark.parametrize("frames", [1, 2, 19, 20, 21, 50, 53])
def test_sound_buffers_pass(frames):
    rig = shot(CameraRig, frames, cameras=2 if frames > 1 else 1)
    for check in (last_frames_in_order, frames_are_distinct, frames_are_incompressible):
        assert check(rig, [], None)


@pytest.mark.parametrize(
    ("kind", "check", "says"),
    [
        (RepeatingRig, frames_are_distinct, "19 of 20 frames are copies"),
        (RepeatingRig, last_frames_in_order, "frame 15 is not there"),
        (SameFrameRig, frames_are_distinct, "19 of 20 frames are copies"),
        (GrowingRig, last_frames_in_order, "25 held, not 10"),
        (ShuffledRig, last_frames_in_order, "is not there"),
        (HalvingRig, last_frames_in_order, "is not there"),
        (HalvingRig, frames_are_incompressible, "was compressed"),
        (BlackRig, frames_are_incompressible, "was compressed"),
    ],
)
def test_broken_buffers_are_caught(kind, check, says):
    rig = shot(kind, frame_bytes=2_000)
    if kind is RepeatingRig and check is frames_are_distinct:
        rig.buffers.buffers[1]._frame = rig.buffers.buffers[0]._frame + b"x"
        says = "18 of 20 frames are copies"
    with pytest.raises(AssertionError, match=says):
        check(rig, [], None)


def test_memory_that_is_not_there_is_missed():
    rig = shot(CameraRig)
    rig.idle, rig.filled, rig.settled = 1_000_000, 1_040_000, 1_041_000
    assert fill_overhead(rig, [], None) == 1.0
    assert overhead(rig, [], None) == 1.025
    assert per_camera(rig, [], None) == 20_500
    assert memory_is_real(rig, [], None) == "1.0250 bytes of memory per byte of frames"
    rig.settled = 1_000_100
    with pytest.raises(AssertionError, match=r"only 0\.0025 bytes of memory"):
        memory_is_real(rig, [], None)


def test_buffers_that_did_not_get_full_have_no_overhead():
    rig = shot(CameraRig, 19)
    assert fill_overhead(rig, [], None) is overhead(rig, [], None) is per_camera(rig, [], None) is None
    assert "did not get full" in memory_is_real(rig, [], None)


def test_untouched_memory_costs_nothing_until_it_is_filled():
    """In a process of its own: what other tests freed would be handed out again, touched already."""
    if held_memory() is None:
        pytest.skip("this kernel does not say what memory is held")
    code = """if True:
        from suite.reference.vision.held_memory import held_memory
        from suite.reference.vision.rig import CameraRig

        before = held_memory()
        rig = CameraRig(frames=100, frame_bytes=100_000)
        built = held_memory()
        for _ in range(100):
            rig.add(*rig.next())
        print(built - before, held_memory() - before)
    """
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    built, filled = map(int, said.stdout.split())
    assert built < 2_000_000
    assert filled > 9_000_000


def test_a_rig_knows_who_took_what():
    rig = CameraRig(cameras=3, frames=2, frame_bytes=100)
    for taken in range(10):
        assert [rig.taken_by(camera) for camera in range(3)] == [
            len(range(camera, taken, 3)) for camera in range(3)
        ]
        camera, data = rig.next()
        assert camera == taken % 3
        assert data == rig.frame_of(camera, taken // 3)


def test_faces_have_to_be_recognised():
    assert everyone_recognised(None, [], Counted(match={"ok": 7})) == "7 of 7"
    with pytest.raises(AssertionError, match="1 of 7 faces were not recognised"):
        everyone_recognised(None, [], Counted(match={"ok": 6, "failed": 1}))
    with pytest.raises(AssertionError, match="nobody was shown"):
        everyone_recognised(None, [], Counted())


def test_operations_have_to_succeed():
    assert all_succeed(None, [], Counted(cosine={"ok": 7})) == "7 of 7"
    with pytest.raises(AssertionError, match="2 of 7 operations failed"):
        all_succeed(None, [], Counted(cosine={"ok": 5, "failed": 1, "unfinished": 1}))


def test_every_frame_has_to_be_counted():
    buffer = FrameBuffer(3, 10)
    for _ in range(5):
        buffer.add(b"frame")
    assert all_added(buffer, [], Counted(add={"ok": 5})) == "5 added, 3 held"
    with pytest.raises(AssertionError, match="6 frames were added, the buffer counted 5"):
        all_added(buffer, [], Counted(add={"ok": 6}))
