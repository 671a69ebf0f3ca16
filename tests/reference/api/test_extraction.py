"""Notes from audio: what is extracted, and a pool of jobs that is bounded."""

import asyncio
import io
import wave
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from suite.data.audio import audio
from suite.reference.api import extraction
from suite.reference.api.extraction import NoteJob, NoteJobs, extract
from suite.reference.backend.problem import BackendProblem
from suite.reference.backend.shared_counters import SharedCounters


def test_length_and_the_loudest_second(tmp_path):
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((2, 2, 1_000, 0, "NONE", ""))
        for level in (10, 500, 20):
            file.writeframes(level.to_bytes(2, "little") * 2_000)
        file.writeframes(b"\0" * 400)
    with (tmp_path / "a.wav").open("rb") as file:
        assert extract(file) == "3.1 s of audio, loudest in second 1"


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF....WAVE", audio(1, 0.1)[:40]])
def test_what_is_broken_fails_its_note_and_no_more(content):
    state, text = extraction._made(io.BytesIO(content))
    assert state == "failed"
    assert text.startswith("the audio can't be read: ")


class Written:
    """Connections that remember what was written; the first `fail` tries find none."""

    def __init__(self, fail=0):
        self.fail, self.values = fail, []

    @asynccontextmanager
    async def writing(self):
        if self.fail:
            self.fail -= 1
            raise BackendProblem(503, "pool_exhausted", "none")
        yield self

    async def execute(self, query):
        self.values.append(dict(query.compile().params))


def test_jobs_are_bounded_and_tell_their_state(tmp_path, monkeypatch):
    monkeypatch.setattr(extraction, "_PAUSE", 0.001)
    (tmp_path / "a.wav").write_bytes(audio(1, 0.2))
    written, counters = Written(fail=2), SharedCounters(tmp_path / "counters")

    async def run():
        jobs = NoteJobs(cast(Any, written), workers=1, queue=1, counters=counters)
        for note in (1, 2):
            jobs.reserve()
            jobs.submit(NoteJob(note, (tmp_path / "a.wav").open("rb")))
        (tmp_path / "a.wav").unlink()  # as another upload does
        with pytest.raises(BackendProblem) as caught:
            jobs.reserve()
        assert (caught.value.status, caught.value.error) == (503, "queue_full")
        while counters.sums()["notes_unfinished"]:
            await asyncio.sleep(0.002)
        await jobs.close()

    asyncio.run(run())
    assert [value["state"] for value in written.values] == ["running", "done"] * 2
    assert counters.sums()['notes_total{state="done"}'] == 2
