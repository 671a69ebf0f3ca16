"""The ring of frames against a deque, and what it costs."""

import zlib
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suite.data.frames import frame, frames
from suite.reference.vision.camera_buffers import CameraBuffers
from suite.reference.vision.frame_buffer import FrameBuffer


@settings(deadline=None)
@given(
    capacity=st.integers(1, 8),
    frame_bytes=st.integers(1, 40),
    added=st.lists(st.binary(max_size=40), max_size=40),
)
def test_a_ring_is_a_deque_of_the_same_length(capacity, frame_bytes, added):
    ring, oracle = FrameBuffer(capacity, frame_bytes), deque(maxlen=capacity)
    for data in added:
        if len(data) > frame_bytes:
            with pytest.raises(ValueError, match="does not fit"):
                ring.add(data)
        else:
            ring.add(data)
            oracle.append(data)
            assert ring.latest() == data
        assert [bytes(view) for view in ring] == list(oracle)
        assert len(ring) == len(oracle)
        assert ring.full == (len(oracle) == capacity)
        assert ring.raw_bytes == sum(map(len, oracle))


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_bytes_are_taken(kind):
    ring = FrameBuffer(2, 4)
    ring.add(kind(b"abc"))
    assert ring.latest() == b"abc"


def test_frames_are_copied_in_and_out():
    ring = FrameBuffer(1, 4)
    data = bytearray(b"abcd")
    ring.add(data)
    data[0] = 0
    latest = ring.latest()
    ring.add(b"efgh")
    assert latest == b"abcd"
    with pytest.raises(TypeError):
        next(iter(ring))[0] = 0


def test_an_empty_buffer_has_no_latest_frame():
    with pytest.raises(LookupError, match="no frame yet"):
        FrameBuffer(1, 1).latest()


@pytest.mark.parametrize("sizes", [(0, 1), (1, 0), (-1, 5)])
def test_nonsense_is_refused(sizes):
    with pytest.raises(ValueError, match="at least 1"):
        FrameBuffer(*sizes)


def test_real_frames_stay_distinct_and_incompressible():
    ring = FrameBuffer(10, 1_000)
    for data in frames(25, 1_000):
        ring.add(data)
    held = [bytes(view) for view in ring]
    assert held == [frame(number, 1_000) for number in range(15, 25)]
    assert len(set(held)) == 10
    assert all(len(zlib.compress(data)) >= 1_000 for data in held)


def test_cameras_do_not_mix():
    buffers = CameraBuffers(3, 2, 10)
    for number in range(4):
        for camera in range(3):
            buffers.add(camera, bytes([camera, number]))
    assert [[bytes(view) for view in buffers[camera]] for camera in range(3)] == [
        [bytes([camera, 2]), bytes([camera, 3])] for camera in range(3)
    ]
    assert buffers.latest(1) == bytes([1, 3])
    assert len(buffers) == 3
    assert buffers.full
    assert buffers.raw_bytes == 12


@pytest.mark.parametrize("camera", [-1, 3])
def test_there_are_only_the_cameras_there_are(camera):
    with pytest.raises(IndexError):
        CameraBuffers(3, 2, 10).add(camera, b"")


def test_no_cameras_are_refused():
    with pytest.raises(ValueError, match="at least 1"):
        CameraBuffers(0)
