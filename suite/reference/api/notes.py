"""Audio of sessions, and the notes that are extracted from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import insert, select, update

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
    kept = False
    try:
        async with parts.connections.writing() as connection:
            former = (await own_session(connection, caller, key)).audio
            query = update(TherapySession).where(TherapySession.id == key).values(audio=audio.name)
            await connection.execute(query)
        kept = True
    finally:
        outdated = former if kept else audio.name
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
    try:
        async with parts.connections.writing() as connection:
            found = await own_session(connection, caller, key)
            if found.audio is None:
                raise BackendProblem(409, "no_audio", f"session {key} has no audio yet")
            new = {"therapist_id": caller, "session_id": key, "state": QUEUED}
            made = await connection.execute(insert(SessionNote).values(**new).returning(*_SHOWN))
            note = made.one()
    except BaseException:
        parts.jobs.release()
        raise
    parts.jobs.submit(NoteJob(note.id, Path(parts.settings.audio()) / found.audio))
    response.headers["Location"] = f"/notes/{note.id}"
    return note._asdict()


@router.get("/notes/{key}", response_model=ShownNote, responses=problems(401, 404, 429))
async def read_note(key: Key, caller: Caller, parts: Parts) -> Any:
    """One of the caller's own notes, or how far it is."""
    query = select(*_SHOWN).where(SessionNote.id == key, SessionNote.therapist_id == caller)
    async with parts.connections.reading() as connection:
        found = (await connection.execute(query)).first()
    if found is None:
        raise BackendProblem(404, "not_found", f"you have no note {key}")
    return found._asdict()
