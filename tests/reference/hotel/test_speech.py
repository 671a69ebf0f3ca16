"""Texts that are spoken, by tones: the whole file, and the beginning of it before its end."""

import io
import urllib.request
import wave

import pytest

from suite.data.tones import spoken


def test_a_text_is_a_wave_file_of_tones(hotel, agent, call):
    request = urllib.request.Request(
        f"{hotel.url}{call}/speech",
        b'{"text": "Good evening"}',
        {"Content-Type": "application/json", **agent.headers},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        said, headers = answer.read(), answer.headers
    assert said == b"".join(spoken("Good evening"))
    assert headers["Content-Type"] == "audio/wav"
    assert headers["X-Voice"] == "tones"
    assert headers["Transfer-Encoding"] == "chunked"
    with wave.open(io.BytesIO(said)) as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(0.06 * len("Good evening"))


@pytest.mark.parametrize(
    ("content", "status"), [({"text": ""}, 422), ({"text": "x" * 2001}, 413), ({"text": 5}, 422), ({}, 422)]
)
def test_what_can_not_be_spoken_is_told(agent, call, content, status):
    assert agent("POST", f"{call}/speech", content).status == status
