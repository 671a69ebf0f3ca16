"""The audio of calls: each has two legs, and what one sends the other hears."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Literal

from suite.reference.backend.problem import BackendProblem
from suite.reference.hotel.counters import HotelCounters

Side = Literal["guest", "desk"]
_OTHER: dict[Side, Side] = {"guest": "desk", "desk": "guest"}


class CallLeg:
    """One side of a call's audio: frames wait in it, `size` at most, until its client has taken them.

    Of more the oldest is lost, as in a telephone; `lost` counts them.
    """

    def __init__(self, size: int, counters: HotelCounters) -> None:
        self._frames: deque[bytes] = deque()
        self._size, self._counters = size, counters
        self._there = asyncio.Event()
        self.joined = False
        self.ended = False
        self.lost = 0

    def put(self, frame: bytes) -> None:
        """One more to be heard."""
        if len(self._frames) == self._size:
            self._buffered(-len(self._frames.popleft()))
            self._counters.add("audio_frames_lost_total")
            self.lost += 1
        self._frames.append(frame)
        self._buffered(len(frame))
        self._there.set()

    async def get(self) -> bytes | None:
        """The next frame; None at the end of the call."""
        while not self._frames:
            if self.ended:
                return None
            self._there.clear()
            await self._there.wait()
        frame = self._frames.popleft()
        self._buffered(-len(frame))
        return frame

    def end(self) -> None:
        """Nothing more will come."""
        self.ended = True
        self._there.set()

    def forget(self) -> None:
        """Let go of what waits."""
        self._buffered(-sum(map(len, self._frames)))
        self._frames.clear()

    def _buffered(self, size: int) -> None:
        self._counters.add("audio_buffered_bytes", size)


class Switchboard:
    """The legs of calls whose audio flows.

    Counted: audio_calls, audio_buffered_bytes, audio_frames_lost_total.
    """

    def __init__(self, size: int, counters: HotelCounters) -> None:
        self._size, self._counters = size, counters
        self._calls: dict[int, dict[Side, CallLeg]] = {}
        counters.set("audio_calls", 0)
        counters.set("audio_buffered_bytes", 0)
        counters.add("audio_frames_lost_total", 0)

    def join(self, call: int, side: Side) -> tuple[CallLeg, CallLeg]:
        """That leg of a call, and the other one. Raises BackendProblem, 409, if somebody has it."""
        legs = self._calls.get(call) or {
            one: CallLeg(self._size, self._counters) for one in ("guest", "desk")
        }
        if legs[side].joined:
            raise BackendProblem(409, "leg_taken", f"the {side} of call {call} is connected already")
        legs[side].joined = True
        self._calls[call] = legs
        self._counters.set("audio_calls", len(self._calls))
        return legs[side], legs[_OTHER[side]]

    def leave(self, call: int, leg: CallLeg) -> None:
        """A leg hangs up; when both have, what waits is let go."""
        leg.joined = False
        legs = self._calls.get(call, {})
        if not any(one.joined for one in legs.values()):
            for one in legs.values():
                one.forget()
            self._calls.pop(call, None)
            self._counters.set("audio_calls", len(self._calls))

    def end(self, call: int) -> None:
        """The call has ended: both legs hear what still waits, and then that."""
        for leg in self._calls.get(call, {}).values():
            leg.end()
