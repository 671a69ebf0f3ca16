"""Virtual users of a conversation manager."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from suite import Rejected, User, operation
from suite.reference.conversation.conversation import Ending
from suite.reference.conversation.manager import ConversationManager, LimitReached
from suite.reference.conversation.memory import Readings
from suite.reference.conversation.waves import WavePlace, waves_of

_TRIES_BEYOND = 5
"""How often a full manager is asked for one more, so that more than one conversation in excess shows."""

_TURNS_HELD = 10
"""Turns of the event loop for which a rapid cycle holds its slot."""


class Caller(User):
    """Base: starts, exchanges and ends under their own names; a refused start counts as rejected."""

    manager: ConversationManager
    name: str

    def connect(self, system: ConversationManager) -> None:
        """Take the manager; every user has a name of its own."""
        self.manager = system
        self.name = f"user-{self.index}"

    @operation(weight=0, tags={"start"})
    async def start(self, name: str) -> str:
        """Start a conversation of the user `name`; its id."""
        try:
            return await self.manager.start(name)
        except LimitReached as error:
            raise Rejected(str(error)) from error

    @operation(weight=0, tags={"exchange"})
    async def exchange(self, conversation: str) -> str:
        """Say something, get an answer to it."""
        message = f"{self.name} asks number {self.random.randrange(1000)}"
        reply = await self.manager.exchange(conversation, message)
        assert repr(message) in reply, f"{reply!r} does not answer {message!r}"
        return reply

    @operation(weight=0, tags={"end"})
    async def end(self, conversation: str) -> None:
        """End a conversation."""
        await self.manager.end(conversation)

    @asynccontextmanager
    async def talk(self) -> AsyncIterator[str]:
        """A conversation that is ended at the block's end, also when the block is cut short."""
        conversation = await self.start(self.name)
        try:
            yield conversation
        finally:
            await self.end(conversation)

    async def fill(self, allowed: int, limit: str, names: list[str]) -> list[str]:
        """Start until refused, and keep how many were accepted where `limit` allows `allowed`; their ids.

        `names` are taken in turns. Raises AssertionError if another limit was the one that refused.
        """
        accepted: list[str] = []
        for number in range(allowed + _TRIES_BEYOND):
            try:
                accepted.append(await self.start(names[number % len(names)]))
            except Rejected as error:
                refused_by = getattr(error.__cause__, "limit", None)
                assert refused_by == limit, f"refused by the {refused_by} limit, not the {limit} one"
                break
        self.keep({"allowed": allowed, "accepted": len(accepted)})
        return accepted

    async def talk_for(self, least: int, most: int) -> None:
        """A conversation of `least` to `most` exchanges."""
        async with self.talk() as conversation:
            for _ in range(self.random.randint(least, most)):
                await self.exchange(conversation)


class InWaves(Caller):
    """All users start at once, hold until all were answered, then end; those refused count as rejected."""

    def connect(self, system: ConversationManager) -> None:
        """Join the waves."""
        super().connect(system)
        self.waves = waves_of(system)
        self.waves.join()

    def close(self) -> None:
        """Leave the waves."""
        self.waves.part()

    @operation
    async def visit(self) -> None:
        """One wave."""
        async with self.waves.gather() as place:
            try:
                async with self.talk() as conversation:
                    await self._hold(place, accepted=True)
                    await self.exchange(conversation)
            except Rejected:
                await self._hold(place, accepted=False)
                raise

    async def _hold(self, place: WavePlace, *, accepted: bool) -> None:
        if await place.answered(accepted=accepted):
            wave = place.wave
            allowed = min(self.manager.max_concurrent, wave.size)
            self.keep({"allowed": allowed, "accepted": wave.accepted})


class Steady(Caller):
    """An ordinary conversation of one to three exchanges. The first of these users watches the memory."""

    def connect(self, system: ConversationManager) -> None:
        """Take the manager."""
        super().connect(system)
        self.readings = Readings() if self.index == 0 else None

    @operation
    async def talk_a_little(self) -> None:
        """Start, one to three exchanges, end."""
        await self.talk_for(1, 3)
        if self.readings is not None and (reading := self.readings.due()):
            self.keep(reading)


class Quick(Caller):
    """A quick question: one or two exchanges."""

    @operation
    async def quick(self) -> None:
        """Start, one or two exchanges, end."""
        await self.talk_for(1, 2)


class Complex(Caller):
    """A long conversation: ten to fourteen exchanges."""

    @operation
    async def complex(self) -> None:
        """Start, ten to fourteen exchanges, end."""
        await self.talk_for(10, 14)


class Cycler(Caller):
    """Starts and ends, nothing said between."""

    @operation
    async def cycle(self) -> None:
        """Start and end, with turns for the others between, so that cycles overlap."""
        async with self.talk():
            for _ in range(_TURNS_HELD):
                await asyncio.sleep(0)


class FillsAll(Caller):
    """Fills the manager up to its global limit, is refused, frees one slot, gets it, and leaves.

    For one user alone. Its conversations belong to as many names as the limit per user demands.
    """

    @operation
    async def fill_all(self) -> None:
        """Once up to the limit and back."""
        limit, each = self.manager.max_concurrent, self.manager.max_per_user
        names = [f"{self.name}-{number}" for number in range(-(-(limit + _TRIES_BEYOND) // each))]
        held = await self.fill(limit, "global", names)
        try:
            await self.end(held.pop())
            held.append(await self.start(f"{self.name}-late"))
        finally:
            for conversation in held:
                await self.end(conversation)


class FillsOwn(Caller):
    """Fills its own limit while others do the same, is refused, and leaves other users untouched."""

    @operation
    async def fill_own(self) -> None:
        """Once up to the limit per user and back."""
        held = await self.fill(self.manager.max_per_user, "user", [self.name])
        try:
            held.append(await self.start(f"{self.name}-neighbour"))
            await self.end(held.pop(0))
            held.append(await self.start(self.name))
        finally:
            for conversation in held:
                await self.end(conversation)


class Expiring(Caller):
    """Base of users whose conversations are ended for them."""

    def check_ending(self, ending: Ending, earliest: float, latest: float) -> None:
        """Keep when it ended, and raise AssertionError if the time for it was wrong or had not come."""
        seen = time.monotonic()
        deadline = ending.deadline
        assert deadline is not None, f"ended by {ending.cause}, not expired"
        assert earliest <= deadline <= latest, f"due {deadline - earliest:+.4f} s from when it had to be"
        assert ending.at >= deadline, f"ended {deadline - ending.at:.4f} s early"
        self.keep({"cause": ending.cause, "deadline": deadline, "at": ending.at, "seen": seen})


class Leaver(Expiring):
    """Fills its own limit, says nothing more, and waits until every conversation is ended for it."""

    @operation
    async def abandon(self) -> None:
        """Idle until all is over; the next time all slots must be free again."""
        before = time.monotonic()
        held = await self.fill(self.manager.max_per_user, "user", [self.name])
        after = time.monotonic()
        for ending in await asyncio.gather(*(self.manager.ending(one) for one in held)):
            self.check_ending(ending, before + self.manager.idle_timeout, after + self.manager.idle_timeout)


class Lingerer(Expiring):
    """Keeps one conversation alive until the longest duration ends it."""

    @operation
    async def linger(self) -> None:
        """Exchange often enough never to be idle, for longer than is allowed."""
        idle, longest = self.manager.idle_timeout, self.manager.max_duration
        before = time.monotonic()
        conversation = await self.start(self.name)
        after = time.monotonic()
        ending = asyncio.ensure_future(self.manager.ending(conversation))
        try:
            spoke_before = spoke_after = after
            while time.monotonic() < before + longest - idle / 2:
                await asyncio.wait({ending}, timeout=idle / 4)
                if not self.manager.active_of(self.name):
                    break
                spoke_before = time.monotonic()
                await self.exchange(conversation)
                spoke_after = time.monotonic()
            # Should this process stall for longer than the idle time, that is what ends it: rightly.
            earliest = min(before + longest, spoke_before + idle)
            latest = min(after + longest, spoke_after + idle)
            self.check_ending(await ending, earliest, latest)
        finally:
            ending.cancel()
