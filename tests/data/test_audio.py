"""Recordings for uploads."""

import io
import wave

import pytest

from suite.data.audio import audio


def test_recordings_are_waves_distinct_and_made_again():
    with wave.open(io.BytesIO(audio(3, 0.25, rate=8_000))) as file:
        assert file.getparams()[:4] == (1, 2, 8_000, 2_000)
    assert audio(1, 0.1) == audio(1, 0.1)
    assert len({audio(1, 0.1), audio(2, 0.1), audio(1, 0.1, seed=2)}) == 3
    assert len(audio(1)) == 30 * 32_000 + 44


@pytest.mark.parametrize("seconds", [0, -1, 1e-9])
def test_a_recording_has_a_sample(seconds):
    with pytest.raises(ValueError, match="not one sample"):
        audio(1, seconds)
