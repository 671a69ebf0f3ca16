"""From the camera to a name."""

import asyncio
import threading

import pytest

from suite.reference.vision.camera_pipeline import CameraPipeline, FrameDropped, place_name
from suite.reference.vision.embedder import CorruptFrame
from suite.reference.vision.matcher import UNKNOWN


@pytest.fixture
def pipeline():
    made = CameraPipeline(3, 96, 72, places=5, budget=100_000, waiting=2)
    yield made
    made.close()


def looked(pipeline, *frames):
    async def all_of_them():
        return await asyncio.gather(*(pipeline.look(*one) for one in frames), return_exceptions=True)

    return asyncio.run(all_of_them())


def test_each_camera_is_at_its_place(pipeline):
    for number in range(3):
        frames = [(camera, pipeline.frame(camera, number)) for camera in range(3)]
        assert looked(pipeline, *frames) == [place_name(camera) for camera in range(3)]
    assert [ring.held.stop for ring in pipeline.rings] == [3, 3, 3]
    pipeline.threshold = 1.1
    assert looked(pipeline, (0, pipeline.frame(0, 1))) == [UNKNOWN]


def test_frames_past_those_that_wait_are_dropped_and_other_cameras_go_on(pipeline):
    """As when a camera doubles its rate: what it sends is told to be dropped, and nothing else is late."""
    gate = threading.Event()
    for _ in range(2):  # both threads
        pipeline._threads.submit(gate.wait, 10)
    threading.Timer(0.2, gate.set).start()
    file = pipeline.frame(0, 1)
    said = looked(pipeline, *[(0, file)] * 5, (1, pipeline.frame(1, 1)))
    assert said[:2] == [place_name(0)] * 2
    assert all(isinstance(one, FrameDropped) for one in said[2:5])
    assert said[5] == place_name(1)
    assert pipeline.dropped == [3, 0, 0]
    assert looked(pipeline, (0, file)) == [place_name(0)]


def test_what_is_no_picture_or_too_large_holds_up_nobody(pipeline):
    file = pipeline.frame(0, 1)
    cut, large, good = looked(pipeline, (0, file[:500]), (1, b"x" * 100_001), (2, pipeline.frame(2, 1)))
    assert isinstance(cut, CorruptFrame)
    assert isinstance(large, ValueError)
    assert "does not fit" in str(large)
    assert good == place_name(2)
    assert pipeline._waiting == [0, 0, 0]


def test_cameras_are_at_places_that_there_are():
    for cameras in (0, 6):
        with pytest.raises(ValueError, match=f"{cameras} cameras for 5 places"):
            CameraPipeline(cameras, 96, 72, places=5)
