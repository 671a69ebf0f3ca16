"""Frames of audio: whole, and each after the last."""

import pytest

from suite.data.tones import tone
from suite.reference.hotel.voice_frame import SECONDS, SIZE, BadFrame, number_of, packed

SAMPLES = tone(440, SECONDS)


def test_a_frame_is_what_was_packed():
    frame = packed(7, SAMPLES)
    assert len(frame) == SIZE
    assert number_of(frame, 6) == 7
    assert frame[4:] == SAMPLES


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (b"", "a frame has 644 bytes, not 0"),
        (packed(7, SAMPLES) + b"x", "not 645"),
        (packed(6, SAMPLES), "frame 6 came after frame 6"),
        (packed(5, SAMPLES), "frame 5 came after frame 6"),
    ],
    ids=["empty", "too long", "twice", "before"],
)
def test_another_one_is_told(frame, told):
    with pytest.raises(BadFrame, match=told):
        number_of(frame, 6)
