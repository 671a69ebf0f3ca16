"""Users of a group who come and go while a round runs."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterable

from suite.engine.user_group import UserGroup, UserSession, cancelled


class LiveUsers(ABC):
    """Base of the loops of a live plan: as many users as `resize` says, each at work in a task of its own."""

    def __init__(self, group: UserGroup) -> None:
        self._group = group
        self._wanted = self._joining = 0

    async def resize(self, users: int) -> None:
        """Add users, or retire those that came last, until there are so many; wait until it is done.

        Those that are still connecting count; what was wanted last is what holds.
        """
        self._wanted = users
        present = self._present()
        leaving = present[users:]
        for session in leaving:
            self._retire(session)
        missing = users - len(present) - self._joining
        await asyncio.gather(*(self._join() for _ in range(missing)), *(self._leave(one) for one in leaving))

    def schedule(self, starts: Iterable[int]) -> None:  # noqa: B027 - in a closed loop nothing is planned
        """More starts, in monotonic nanoseconds, none before those told earlier."""

    @abstractmethod
    def stop(self) -> None:
        """Begin nothing more."""

    @abstractmethod
    def _begin(self, session: UserSession) -> None:
        """Let one that has connected work, in `session.task`."""

    @abstractmethod
    def _retire(self, session: UserSession) -> None:
        """Have one begin nothing more: at once where it is idle, else when its operation has ended."""

    def _present(self) -> list[UserSession]:
        return [session for session in self._group.sessions if session.end]

    async def _join(self) -> None:
        number = self._group.numbering.take()
        if number is None:
            self._group.refused += 1
            return
        self._joining += 1
        try:
            session = await self._group.open(number)
        finally:
            self._joining -= 1
        if session is None:
            return
        if len(self._present()) > self._wanted:  # fewer are wanted by now
            self._retire(session)
            await self._leave(session)
        else:
            self._begin(session)

    async def _leave(self, session: UserSession) -> None:
        """Let the operation in flight end, within the grace time; then close."""
        if session.task is not None:
            await asyncio.wait({session.task}, timeout=self._group.workload.grace)
            await cancelled({session.task})
        await self._group.release(session)
