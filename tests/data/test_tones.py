"""Tones: of the pitch that was asked for, and a voice of them."""

import io
import wave

import numpy as np
import pytest

from suite.data.tones import RATE, spoken, tone


def test_a_tone_has_its_pitch_and_its_length():
    samples = np.frombuffer(tone(440, 0.5), "<i2")
    assert len(samples) == RATE / 2
    spectrum = np.abs(np.fft.rfft(samples))
    assert np.argmax(spectrum) / 0.5 == pytest.approx(440, abs=2)
    with pytest.raises(ValueError, match="are not one sample"):
        tone(440, 0)


def test_a_text_is_a_tone_for_each_character():
    header, *tones = spoken("Guten Tag")
    assert len(tones) == len("Guten Tag")
    with wave.open(io.BytesIO(header + b"".join(tones))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        assert file.getnframes() == 9 * 0.06 * RATE
    assert b"".join(spoken("Guten Tag")) == header + b"".join(tones)
    assert b"".join(spoken("")) == next(spoken(""))
