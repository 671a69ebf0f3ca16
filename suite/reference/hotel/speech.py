"""Speech synthesis, whose voice is a generator of tones: one for each character, and no words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import Field

from suite.data.tones import spoken
from suite.reference.backend.body import SentBody
from suite.reference.backend.problem import BackendProblem, problems
from suite.reference.hotel.callers import AGENTS
from suite.reference.hotel.calls import CallKey, going_on
from suite.reference.hotel.parts import Shared

router = APIRouter(tags=["speech"], dependencies=[AGENTS])


class SpokenText(SentBody):
    """What is to be said."""

    text: str = Field(min_length=1)


@router.post(
    "/calls/{key}/speech",
    response_class=StreamingResponse,
    responses={200: {"content": {"audio/wav": {}}}, **problems(401, 404, 409, 413)},
)
async def speak(key: CallKey, said: SpokenText, parts: Shared) -> StreamingResponse:
    """A WAVE file that is sent while it is made: X-Voice says that it is tones."""
    if len(said.text) > parts.settings.text_limit:
        raise BackendProblem(413, "too_long", f"a text has at most {parts.settings.text_limit} characters")
    async with parts.connections.reading() as connection:
        await going_on(connection, key)

    async def pieces() -> AsyncIterator[bytes]:
        for piece in spoken(said.text):
            parts.counters.add("speech_bytes_total", len(piece))
            yield piece
            await asyncio.sleep(0)  # others' turn

    return StreamingResponse(pieces(), media_type="audio/wav", headers={"X-Voice": "tones"})
