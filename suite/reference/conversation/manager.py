"""A conversation manager with limits: the system under test of `conversation/*`."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal

from suite.reference.conversation.conversation import Cause, Conversation, Ending
from suite.reference.conversation.counters import Counters

_SHORTEST_TIMER = 0.001


class LimitReached(Exception):
    """A start was refused: `limit` says by which limit, "global" or "user", `allowed` how many it allows."""

    def __init__(self, limit: Literal["global", "user"], allowed: int) -> None:
        super().__init__(f"{limit} limit of {allowed} reached")
        self.limit = limit
        self.allowed = allowed


class NoConversation(LookupError):
    """There is no active conversation of that id: it has ended, or never was."""


class ConversationManager:
    """Starts, carries and ends conversations, at most `max_concurrent` at once, `max_per_user` per user.

    A conversation without an exchange for `idle_timeout` seconds is ended, and so is any that is older
    than `max_duration` seconds; both are ended by a timer, within a few milliseconds and without anybody
    asking. `commit_time` stands for writing a new conversation to a store, `reply_time` for thinking of
    an answer (seconds each; 0 is one turn of the event loop). The last `history` turns are kept. `clock`
    gives the time in seconds.

    To be used from one event loop; the constructor needs none. The test of the limits and the commit are
    apart by an await, as they are wherever a store is asked, so a lock makes them one step: without it,
    50 starts at once would all see room. Raises ValueError for limits below 1 and times that are not
    above 0.
    """

    def __init__(
        self,
        max_concurrent: int = 20,
        max_per_user: int = 5,
        idle_timeout: float = 120.0,
        max_duration: float = 300.0,
        *,
        commit_time: float = 0.0,
        reply_time: float = 0.0,
        history: int = 20,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if min(max_concurrent, max_per_user, history) < 1:
            raise ValueError("max_concurrent, max_per_user and history must be at least 1")
        if min(idle_timeout, max_duration) <= 0 or min(commit_time, reply_time) < 0:
            raise ValueError("idle_timeout and max_duration must be above 0, the other times not below")
        self.max_concurrent = max_concurrent
        self.max_per_user = max_per_user
        self.idle_timeout = idle_timeout
        self.max_duration = max_duration
        self.commit_time = commit_time
        self.reply_time = reply_time
        self.history = history
        self._clock = clock
        self.counters = Counters()
        self._admission: AbstractAsyncContextManager[Any] = asyncio.Lock()
        # Both timeouts are the same for all, so the next to expire are the first of these two.
        self._by_start: OrderedDict[str, Conversation] = OrderedDict()
        self._by_activity: OrderedDict[str, Conversation] = OrderedDict()
        self._per_user: dict[str, int] = {}
        self._numbers = 0
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def active(self) -> int:
        """Conversations that are active now."""
        return len(self._by_start)

    def active_of(self, user_id: str) -> int:
        """Active conversations of one user."""
        return self._per_user.get(user_id, 0)

    async def start(self, user_id: str) -> str:
        """Start a conversation of `user_id`; its id. Raises LimitReached."""
        async with self._admission:
            self._admit(user_id)
            await asyncio.sleep(self.commit_time)
            return self._commit(user_id)

    async def exchange(self, conversation_id: str, message: str) -> str:
        """Say `message`; the reply. Raises NoConversation, also if it ended before the reply was ready."""
        conversation = self._find(conversation_id)
        self._touch(conversation)
        await asyncio.sleep(self.reply_time)
        conversation = self._find(conversation_id)
        reply = conversation.reply(message)
        conversation.remember(message, reply)
        self._touch(conversation)
        self.counters.exchanges += 1
        return reply

    async def end(self, conversation_id: str) -> None:
        """End a conversation and free its slot. Raises NoConversation."""
        self._finish(self._find(conversation_id), "ended")

    async def ending(self, conversation_id: str) -> Ending:
        """Wait until an active conversation ends; how it ended. Raises NoConversation."""
        return await asyncio.shield(self._find(conversation_id).ended)

    def expire(self) -> None:
        """End every conversation that is due, in the order of their deadlines. The timer does this."""
        while (expiry := self._next_expiry()) is not None and expiry[0] <= self._clock():
            deadline, cause, conversation = expiry
            self._finish(conversation, cause, deadline)

    def close(self) -> None:
        """End all conversations and the timer; every later start raises RuntimeError. Safe to repeat."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._by_start:
            self._finish(next(iter(self._by_start.values())), "closed")

    def faults(self) -> list[str]:
        """What in the manager's own books does not add up; empty if all is consistent."""
        counters, faults = self.counters, []
        if counters.started != counters.gone + self.active:
            faults.append(f"{counters.started} started, {counters.gone} gone, yet {self.active} active")
        if sum(self._per_user.values()) != self.active:
            faults.append(f"users hold {sum(self._per_user.values())} slots, {self.active} are active")
        if min(self._per_user.values(), default=1) < 1:
            faults.append("a user without conversations is still counted")
        if self._by_activity.keys() != self._by_start.keys():
            faults.append(f"{len(self._by_activity)} conversations can idle, {self.active} are active")
        return faults

    def _admit(self, user_id: str) -> None:
        if self._closed:
            raise RuntimeError("the manager is closed")
        if self.active >= self.max_concurrent:
            self.counters.rejected_global += 1
            raise LimitReached("global", self.max_concurrent)
        if self.active_of(user_id) >= self.max_per_user:
            self.counters.rejected_user += 1
            raise LimitReached("user", self.max_per_user)

    def _commit(self, user_id: str) -> str:
        if self._closed:
            raise RuntimeError("the manager is closed")
        self._numbers += 1
        conversation = Conversation(self._numbers, user_id, self._clock(), self.history)
        self._by_start[conversation.id] = self._by_activity[conversation.id] = conversation
        self._per_user[user_id] = self.active_of(user_id) + 1
        counters = self.counters
        counters.started += 1
        counters.high_water = max(counters.high_water, self.active)
        counters.user_high_water = max(counters.user_high_water, self.active_of(user_id))
        if self._timer is None:
            self._set_timer()
        return conversation.id

    def _find(self, conversation_id: str) -> Conversation:
        try:
            return self._by_start[conversation_id]
        except KeyError:
            raise NoConversation(f"no active conversation {conversation_id}") from None

    def _touch(self, conversation: Conversation) -> None:
        conversation.active_at = self._clock()
        self._by_activity.move_to_end(conversation.id)

    def _finish(self, conversation: Conversation, cause: Cause, deadline: float | None = None) -> None:
        del self._by_start[conversation.id], self._by_activity[conversation.id]
        self._release(conversation.user)
        match cause:
            case "ended":
                self.counters.ended += 1
            case "idle":
                self.counters.expired_idle += 1
            case "duration":
                self.counters.expired_duration += 1
            case "closed":
                self.counters.closed += 1
        if not conversation.ended.done():
            conversation.ended.set_result(Ending(cause, self._clock(), deadline))

    def _release(self, user_id: str) -> None:
        """Give back one slot of `user_id`."""
        left = self.active_of(user_id) - 1
        if left > 0:
            self._per_user[user_id] = left
        else:
            self._per_user.pop(user_id, None)

    def _next_expiry(self) -> tuple[float, Cause, Conversation] | None:
        if not self._by_start:
            return None
        oldest, idlest = next(iter(self._by_start.values())), next(iter(self._by_activity.values()))
        over_long, idle = oldest.started_at + self.max_duration, idlest.active_at + self.idle_timeout
        return (idle, "idle", idlest) if idle <= over_long else (over_long, "duration", oldest)

    def _set_timer(self) -> None:
        expiry = self._next_expiry()
        if expiry is None:
            self._timer = None
            return
        # Activity only moves deadlines away, so the timer is never late: it looks again when it rings.
        delay = max(expiry[0] - self._clock(), _SHORTEST_TIMER)
        self._timer = asyncio.get_running_loop().call_later(delay, self._ring)

    def _ring(self) -> None:
        self.expire()
        self._set_timer()
