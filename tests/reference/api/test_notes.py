"""Audio and notes of one session that several ask for at once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.asking import Asking

from suite.data.audio import audio

WAVE = audio(1, 1.0)
HEADERS = {"Content-Type": "multipart/form-data; boundary=XX"}
BODY = (
    b'--XX\r\nContent-Disposition: form-data; name="audio"; filename="a.wav"\r\n\r\n'
    + WAVE
    + b"\r\n--XX--\r\n"
)
AT_ONCE = 4


@pytest.fixture(scope="module")
def session(ada):
    patient = ada("POST", "/patients", {"name": "Ben"}).body["id"]
    new = {"patient_id": patient, "started_at": 1_700_000_000, "minutes": 50}
    return ada("POST", "/sessions", new).body["id"]


def test_audio_that_another_upload_replaces_has_its_note_all_the_same(backend, ada, session):
    """Its file was removed while the note waited: state failed, "the audio can't be read"."""
    together = threading.Barrier(AT_ONCE)

    def ask(_number):
        own, notes = Asking(backend.url, ada.token), []
        for _ in range(6):
            together.wait(20)
            assert own("POST", f"/sessions/{session}/audio", headers=HEADERS, body=BODY).status == 201
            begun = own("POST", f"/sessions/{session}/notes")
            assert begun.status == 202
            notes.append(begun.headers["Location"])
        return notes

    with ThreadPoolExecutor(AT_ONCE) as threads:
        notes = [note for found in threads.map(ask, range(AT_ONCE)) for note in found]
    end = time.monotonic() + 40
    while "queued" in (states := [ada("GET", note).body["state"] for note in notes]) or "running" in states:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert states == ["done"] * len(notes)
    left = list((backend.directory / "audio").iterdir())
    assert len(left) == 1, "of uploads at once each should remove what it replaced"


def test_audio_that_is_gone_for_good_is_told(backend, ada, session):
    assert ada("POST", f"/sessions/{session}/audio", headers=HEADERS, body=BODY).status == 201
    for file in (backend.directory / "audio").iterdir():
        file.unlink()
    answer = ada("POST", f"/sessions/{session}/notes")
    assert (answer.status, answer.body["error"]) == (409, "no_audio")
    assert answer.body["message"] == f"session {session} has no audio any more"
