"""Audio of sessions, and the notes that are extracted from it."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any, BinaryIO

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from suite.reference.api.extraction import NoteJob
from suite.reference.api.models import QUEUED, SessionNote, TherapySession
from suite.reference.api.parts import Caller, Key, Parts
from suite.reference.api.sessions import own_session
from suite.reference.api.uploads import FIELD, AudioUpload
from suite.reference.backend.problem import BackendProblem, problems

router = APIRouter(tags=["notes"])
_SHOWN = (SessionNote.id, SessionNote.session_id, SessionNote.state, SessionNote.text)
_UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {FIELD: {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


class StoredAudio(BaseModel):
    """What was kept of an upload."""

    session_id: int
    bytes: int


class ShownNote(BaseModel):
    """A note: `state` is queued, running, done or failed, `text` what came out of it."""

    id: int
    session_id: int
    state: str
    text: str | None


@router.post(
    "/sessions/{key}/audio",
    status_code=201,
    responses=problems(400, 401, 404, 408, 413, 415, 429),
    openapi_extra=_UPLOAD,
)
async def upload(key: Key, request: Request, caller: Caller, parts: Parts) -> StoredAudio:
    """Keep a session's audio, in place of what there was."""
    async with parts.connections.reading() as connection:
        await own_session(connection, caller, key)
    folder, settings = parts.settings.audio(), parts.settings
    audio = AudioUpload(folder, limit=settings.upload_limit, idle=settings.upload_idle)
    await audio.receive(request)
    outdated: str | None = audio.name
    try:
        async with parts.connections.writing() as connection:
            former = await _replaced(connection, caller, key, audio.name)
        outdated = former
    finally:
        if outdated:
            (folder / outdated).unlink(missing_ok=True)
    parts.counters.add("upload_bytes_total", audio.size)
    return StoredAudio(session_id=key, bytes=audio.size)


@router.post(
    "/sessions/{key}/notes",
    status_code=202,
    response_model=ShownNote,
    responses=problems(401, 404, 409, 429),
)
async def extract_note(key: Key, caller: Caller, parts: Parts, response: Response) -> Any:
    """Have a note extracted from the session's audio; where its state is told stands in Location."""
    parts.jobs.reserve()
    with contextlib.ExitStack() as undone:
        undone.callback(parts.jobs.release)
        async with parts.connections.writing() as connection:
            audio = undone.enter_context(await _opened(connection, caller, key, parts.settings.audio()))
            new = {"therapist_id": caller, "session_id": key, "state": QUEUED}
            made = await connection.execute(insert(SessionNote).values(**new).returning(*_SHOWN))
            note = made.one()
        undone.pop_all()
    parts.jobs.submit(NoteJob(note.id, audio))
    response.headers["Location"] = f"/notes/{note.id}"
    return note._asdict()


async def _replaced(connection: AsyncConnection, caller: int, key: int, audio: str) -> str | None:
    """The file in whose place `audio` is now the session's; of two uploads at once each finds another."""
    while True:
        former: str | None = (await own_session(connection, caller, key)).audio
        same = TherapySession.audio.is_not_distinct_from(former)
        query = update(TherapySession).where(TherapySession.id == key, same).values(audio=audio)
        if (await connection.execute(query)).rowcount:
            return former


async def _opened(connection: AsyncConnection, caller: int, key: int, folder: Path) -> BinaryIO:
    """The session's audio, open. Raises BackendProblem, 409, where there is none."""
    missed = None
    while (name := (await own_session(connection, caller, key)).audio) != missed:
        try:
            return await asyncio.to_thread((folder / name).open, "rb")
        except FileNotFoundError:
            missed = name  # replaced since it was read, or gone for good
    raise BackendProblem(409, "no_audio", f"session {key} has no audio{' any more' if missed else ' yet'}")


@router.get("/notes/{key}", response_model=ShownNote, responses=problems(401, 404, 429))
async def read_note(key: Key, caller: Caller, parts: Parts) -> Any:
    """One of the caller's own notes, or how far it is."""
    query = select(*_SHOWN).where(SessionNote.id == key, SessionNote.therapist_id == caller)
    async with parts.connections.reading() as connection:
        found = (await connection.execute(query)).first()
    if found is None:
        raise BackendProblem(404, "not_found", f"you have no note {key}")
    return found._asdict()
