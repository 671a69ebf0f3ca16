"""Waves: users that act at the same moment, again and again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary


class Wave:
    """Users that were let go together: how many they are, and how many of them were accepted so far."""

    def __init__(self, number: int, size: int) -> None:
        self.number = number
        self.size = size
        self.accepted = 0
        self._unanswered = size
        self._complete = asyncio.Event()

    def answer(self, *, accepted: bool) -> bool:
        """One user has its answer; True for the last one."""
        self.accepted += accepted
        self._unanswered -= 1
        if self._unanswered == 0:
            self._complete.set()
        return self._unanswered == 0

    async def complete(self) -> None:
        """Wait until every user of this wave has its answer."""
        await self._complete.wait()


class WavePlace:
    """One user's place in a wave."""

    def __init__(self, wave: Wave) -> None:
        self.wave = wave
        self._answered = False

    async def answered(self, *, accepted: bool) -> bool:
        """Say what the answer was and wait for all others'; True for exactly one user of the wave."""
        self._answered = True
        last = self.wave.answer(accepted=accepted)
        await self.wave.complete()
        return last

    def leave(self) -> None:
        """Let the others not wait for this user, who was cut short."""
        if not self._answered:
            self._answered = True
            self.wave.answer(accepted=False)


class Waves:
    """Gathers users until all who joined are there, then lets them go together.

    When a loop ends some users don't come again. A wave is therefore also let go once nobody is in the
    middle of one and nobody has come for `patience` seconds; it says by its `size` how many it has.
    """

    def __init__(self, patience: float = 0.5) -> None:
        self.patience = patience
        self.parties = 0
        self._inside = 0
        self._number = 0
        self._last_arrival = 0.0
        self._gathered: list[asyncio.Future[Wave]] = []
        self._timer: asyncio.TimerHandle | None = None

    def join(self) -> None:
        """One more user takes part; before the first wave."""
        self.parties += 1

    def part(self) -> None:
        """One user less takes part from now on."""
        self.parties -= 1

    @asynccontextmanager
    async def gather(self) -> AsyncIterator[WavePlace]:
        """Wait for the wave, and be part of it within the block."""
        loop = asyncio.get_running_loop()
        self._last_arrival = loop.time()
        self._inside += 1
        turn: asyncio.Future[Wave] = loop.create_future()
        self._gathered.append(turn)
        try:
            if len(self._gathered) >= self.parties:
                self._release()
            elif self._timer is None:
                self._timer = loop.call_later(self.patience, self._ring)
            place = WavePlace(await turn)
            try:
                yield place
            finally:
                place.leave()
        finally:
            self._inside -= 1
            if turn in self._gathered:
                self._gathered.remove(turn)

    def _release(self) -> None:
        together, self._gathered = [turn for turn in self._gathered if not turn.done()], []
        wave = Wave(self._number, len(together))
        self._number += 1
        for turn in together:
            turn.set_result(wave)

    def _ring(self) -> None:
        self._timer = None
        if not self._gathered:
            return
        loop = asyncio.get_running_loop()
        quiet = loop.time() - self._last_arrival
        if len(self._gathered) == self._inside and quiet >= self.patience:
            self._release()
        else:
            self._timer = loop.call_later(max(self.patience - quiet, self.patience / 10), self._ring)


_waves: WeakKeyDictionary[Any, Waves] = WeakKeyDictionary()


def waves_of(system: Any) -> Waves:
    """The waves of the users of `system`: one for each object under test."""
    return _waves.setdefault(system, Waves())
