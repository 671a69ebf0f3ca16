"""One conversation: who, since when, the last turns, and how it ended."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Literal, NamedTuple

Cause = Literal["ended", "idle", "duration", "closed"]


class Turn(NamedTuple):
    """One message and its answer."""

    message: str
    reply: str


class Ending(NamedTuple):
    """How a conversation ended. Times are monotonic seconds; `deadline` is None unless it expired."""

    cause: Cause
    at: float
    deadline: float | None = None


class Conversation:
    """A conversation of one user. It remembers the last `history` turns and how many there were."""

    __slots__ = ("active_at", "ended", "history", "id", "started_at", "turns", "user")

    def __init__(self, number: int, user: str, now: float, history: int) -> None:
        self.id = f"conversation-{number}"
        self.user = user
        self.started_at = now
        self.active_at = now
        self.turns = 0
        self.history: deque[Turn] = deque(maxlen=history)
        self.ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

    def reply(self, message: str) -> str:
        """The answer to `message`: the turn's number, what was said before, and the longest word so far."""
        words = [word for turn in self.history for word in turn.message.split()] + message.split()
        longest = max(words, key=len, default="")
        before = self.history[-1].message if self.history else ""
        return f"{self.turns + 1}: {message!r} after {before!r}, about {longest!r}"

    def remember(self, message: str, reply: str) -> None:
        """Add a turn; the oldest one goes when the history is full."""
        self.turns += 1
        self.history.append(Turn(message, reply))
