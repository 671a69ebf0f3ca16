"""A call's audio over a WebSocket, both ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, WebSocket
from sqlalchemy import update
from starlette.websockets import WebSocketDisconnect

from suite.reference.hotel.callers import AGENTS
from suite.reference.hotel.calls import CallKey, going_on
from suite.reference.hotel.models import VoiceCall
from suite.reference.hotel.parts import HotelParts, Shared
from suite.reference.hotel.switchboard import CallLeg, Side
from suite.reference.hotel.voice_frame import BadFrame, number_of

router = APIRouter()
DONE = "done"
"""The text with which a client ends its leg; it is told how many frames came, and how many it has missed."""
MALFORMED = 4400
"""The code with which a leg is closed for what HTTP calls 400."""


@router.websocket("/calls/{key}/audio", dependencies=[AGENTS])
async def audio(socket: WebSocket, key: CallKey, side: Side, parts: Shared) -> None:
    """The leg `side` of a call: its frames go to the other leg, those of the other leg come.

    Before it is opened what is wrong is answered by a status: 401, 404, 409, 422.
    """
    async with parts.connections.reading() as connection:
        await going_on(connection, key)
    mine, other = parts.switchboard.join(key, side)
    try:
        await socket.accept()
        hearing = asyncio.create_task(_heard(socket, mine))
        frames, fault = 0, ""
        try:
            async for frame in _frames(socket):
                other.put(frame)
                frames += 1
        except BadFrame as error:
            fault = str(error)
            parts.counters.add("audio_malformed_total")
        finally:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)
            await _count(parts, key, side, frames)
        if fault:
            await socket.close(MALFORMED, fault)
        else:
            await socket.send_json({"frames": frames, "lost": mine.lost})
            await socket.close()
    except WebSocketDisconnect:
        pass
    finally:
        parts.switchboard.leave(key, mine)


async def _frames(socket: WebSocket) -> AsyncIterator[bytes]:
    """What comes, until its client is done. Raises BadFrame, and WebSocketDisconnect for one that leaves."""
    last = -1
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message["code"])
        if (text := message.get("text")) == DONE:
            return
        if text is not None:
            raise BadFrame(f"send frames as bytes, or the text {DONE}")
        last = number_of(message["bytes"], last)
        yield message["bytes"]


async def _heard(socket: WebSocket, leg: CallLeg) -> None:
    """Send what the other leg says, until the call has ended."""
    while (frame := await leg.get()) is not None:
        await socket.send_bytes(frame)
    await socket.close(reason="the call has ended")


async def _count(parts: HotelParts, key: int, side: Side, frames: int) -> None:
    """Write down how many frames a leg sent."""
    column = VoiceCall.frames_up if side == "guest" else VoiceCall.frames_down
    parts.counters.add("audio_frames_total", frames)
    async with parts.connections.writing() as connection:
        query = update(VoiceCall).where(VoiceCall.id == key).values({column: column + frames})
        await connection.execute(query)
