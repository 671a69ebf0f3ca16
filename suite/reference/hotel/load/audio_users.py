"""Who talks and listens."""

from __future__ import annotations

import asyncio
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from suite import operation
from suite.data.tones import spoken, tone
from suite.reference.hotel.load.call_users import CallingUser, OwnCall
from suite.reference.hotel.voice_frame import SECONDS, packed

if TYPE_CHECKING:
    from suite.clients import WebSocket

_TEXTS = (
    "Good evening, this is the reception.",
    "Your taxi is here; the driver waits at the main entrance.",
    "Breakfast is from half past six until ten, on weekends until eleven. May I call you at seven?",
)
_NOTES = 24
_LOWEST = 220


@lru_cache(_NOTES)
def _samples(number: int) -> bytes:
    return tone(_LOWEST * 2 ** (number / 12), SECONDS)


@lru_cache(len(_TEXTS))
def _said(text: str) -> bytes:
    return b"".join(spoken(text))


class AudioUser(CallingUser):
    """Has a call, which is answered, as long as its session lasts."""

    call: OwnCall

    async def connect(self, system: Any) -> None:
        """Make the call."""
        await super().connect(system)
        self.call = await self.made()
        for kind in ("started", "answered"):
            await self.tell(self.call, kind)

    async def close(self) -> None:
        """End it."""
        await self.tell(self.call, "ended")

    async def leg(self, side: str) -> WebSocket:
        """One side of its audio."""
        from suite.clients import WebSocket  # here: most processes that read this file have none

        url = f"{self.url}/calls/{self.call.id}/audio?side={side}"
        return await WebSocket.connect(url, headers=self.headers)

    async def hang_up(self, leg: WebSocket) -> int:
        """How many frames of it the backend has written down."""
        await leg.send("done")
        while isinstance(told := await leg.receive(), bytes):
            pass
        await leg.close()
        return int(json.loads(told)["frames"])


class Talker(AudioUser):
    """Guest and desk, who talk at once: `frames` of 20 ms each, with a `pause` between two (parameters)."""

    @operation(tags={"calls", "audio"})
    async def talk(self) -> None:
        """One exchange; each frame must be heard as it was said."""
        async with await self.leg("guest") as guest, await self.leg("desk") as desk:
            for number in range(self.parameters["frames"]):
                frame = packed(number, _samples(number % _NOTES))
                await self.hear(guest, desk, frame)
                await self.hear(desk, guest, frame)
                await asyncio.sleep(self.parameters["pause"])
            self.keep({"frames": [self.call.id, await self.hang_up(guest), await self.hang_up(desk)]})

    @operation(weight=0, tags={"audio"})
    async def hear(self, speaker: WebSocket, listener: WebSocket, frame: bytes) -> None:
        """One frame, from mouth to ear."""
        await speaker.send(frame)
        heard = await listener.receive()
        assert heard == frame, f"something else was heard, of {len(heard)} bytes"


class Monologue(AudioUser):
    """A guest who talks to nobody: what is not heard waits in the backend, up to its `audio_buffer`."""

    @operation(tags={"audio"})
    async def pour(self) -> None:
        """`frames` (parameter) as fast as they go; what the buffer can't hold is lost, as in a telephone."""
        async with await self.leg("guest") as guest:
            for number in range(self.parameters["frames"]):
                await guest.send(packed(number, _samples(number % _NOTES)))
            self.keep({"frames": [self.call.id, await self.hang_up(guest), 0]})


class SpeechUser(AudioUser):
    """Has texts spoken."""

    @operation(tags={"calls", "speech"})
    async def speak(self) -> None:
        """One text: what comes is the whole file, to the byte."""
        text = self.random.choice(_TEXTS)
        heard = bytearray()
        path = f"/calls/{self.call.id}/speech"
        async with self.http.stream("POST", path, json={"text": text}) as stream:
            async for piece in stream:
                heard += piece
        assert heard == _said(text), f"{len(heard)} bytes, which are not what should be said"
