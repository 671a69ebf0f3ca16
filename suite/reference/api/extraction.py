"""Notes from audio: a bounded pool of background jobs, their state in the database."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import wave
from array import array
from typing import BinaryIO, NamedTuple

from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from suite.reference.api.models import DONE, FAILED, RUNNING, SessionNote
from suite.reference.backend.connections import Connections
from suite.reference.backend.problem import BackendProblem
from suite.reference.backend.shared_counters import SharedCounters

_TRIES = 20
_PAUSE = 0.25
_STEP = 16
"""Every how many samples one is looked at."""


class NoteJob(NamedTuple):
    """One note to be made of one file, which is open: another upload may take its place meanwhile."""

    note: int
    audio: BinaryIO


class NoteJobs:
    """`workers` notes are made at once, `queue` more wait; another one is refused."""

    def __init__(
        self, connections: Connections, *, workers: int, queue: int, counters: SharedCounters
    ) -> None:
        self._connections, self._counters = connections, counters
        self._room = workers + queue
        self._unfinished = 0
        self._waiting: asyncio.Queue[NoteJob] = asyncio.Queue()
        self._tasks = [asyncio.create_task(self._work()) for _ in range(workers)]
        self._told()

    def reserve(self) -> None:
        """Take a place. Raises BackendProblem, 503 queue_full, if there is none."""
        if self._unfinished >= self._room:
            raise BackendProblem(
                503, "queue_full", f"{self._unfinished} notes are being made", {"Retry-After": "1"}
            )
        self._unfinished += 1
        self._told()

    def release(self) -> None:
        """Give a place back."""
        self._unfinished -= 1
        self._told()

    def submit(self, job: NoteJob) -> None:
        """Have it made, in a place that was reserved."""
        self._waiting.put_nowait(job)

    async def close(self) -> None:
        """End; what is not done then is told when the backend starts anew."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        while not self._waiting.empty():
            self._waiting.get_nowait().audio.close()

    async def _work(self) -> None:
        while True:
            job = await self._waiting.get()
            try:
                await self._noted(job, RUNNING)
                state, text = await asyncio.to_thread(_made, job.audio)
                await self._noted(job, state, text)
                self._counters.add(f'notes_total{{state="{state}"}}')
            finally:
                job.audio.close()
                self.release()

    async def _noted(self, job: NoteJob, state: str, text: str | None = None) -> None:
        """Write the state down, in several tries: the database may be busy, or away for a while."""
        query = update(SessionNote).where(SessionNote.id == job.note).values(state=state, text=text)
        for _ in range(_TRIES):
            with contextlib.suppress(BackendProblem, DBAPIError, OSError):
                async with self._connections.writing() as connection:
                    await connection.execute(query)
                return
            await asyncio.sleep(_PAUSE)
        sys.stderr.write(f"api: note {job.note} is {state}, which could not be written down\n")

    def _told(self) -> None:
        self._counters.set("notes_unfinished", self._unfinished)


def _made(audio: BinaryIO) -> tuple[str, str]:
    """State and text of the note on a file."""
    try:
        return DONE, extract(audio)
    except (OSError, EOFError, wave.Error) as error:
        return FAILED, f"the audio can't be read: {error or type(error).__name__}"


def extract(audio: BinaryIO) -> str:
    """What a recording of 16-bit samples tells: how long it is, and in which second it is loudest.

    Raises OSError, EOFError, wave.Error.
    """
    with wave.open(audio) as file:
        rate, width, channels = file.getframerate(), file.getsampwidth(), file.getnchannels()
        if width != 2 or rate < 1:
            raise wave.Error(f"samples have 16 bits, not {8 * width}, and come at {rate}/s")
        loudest, seconds, frames = (0, 0), 0, 0
        while piece := file.readframes(rate):
            samples = array("h", piece[: len(piece) // 2 * 2])[:: _STEP * channels]
            level = sum(map(abs, samples)) // max(1, len(samples))
            loudest = max(loudest, (level, -seconds))
            seconds, frames = seconds + 1, frames + len(piece) // (width * channels)
    return f"{frames / rate:.1f} s of audio, loudest in second {-loudest[1]}"
