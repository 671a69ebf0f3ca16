"""Users of an open loop who wait for something to do, and starts that wait for a user."""

from __future__ import annotations

import asyncio
from collections import deque

from suite.contract.user import current_user
from suite.engine.user_group import UserGroup, UserSession
from suite.measure.columns import Columns


class FreeUsers:
    """Users who are `free`, the last of them taken first, and rows that are `waiting`, in their order."""

    def __init__(self, group: UserGroup) -> None:
        self._group = group
        self.free: deque[UserSession] = deque()
        self.waiting: deque[tuple[Columns, int]] = deque()

    async def serve(self, session: UserSession) -> None:
        """Let a user do what waits, and what its `wake` is given while it is free, until its `end` is 0."""
        current_user.set(session.user)
        loop = asyncio.get_running_loop()
        while session.end:
            if self.waiting:
                columns, row = self.waiting.popleft()
            else:
                session.wake = loop.create_future()
                self.free.append(session)
                columns, row = await session.wake
            await self._group.perform(session, columns, row)
