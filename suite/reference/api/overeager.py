"""A user who asks for more than the rate limit allows, and writes down what became of each request."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from suite import Rejected, operation
from suite.reference.api.served import Asked
from suite.reference.api.users import ApiUser

_EARLY = 1.1
"""Seconds before the end of Retry-After at which nobody may be served."""
_AFTER = 0.02
"""Seconds after an edge of the clock's windows that are surely in the next one."""


class TooMany(Rejected):
    """429: the limit did its work; `wait` is its Retry-After in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"429, Retry-After: {wait}")
        self.wait = wait


class Overeager(ApiUser):
    """Asks half as much again as the limit allows, waits as it is told, and tries the edge of a window.

    Each visit has two accounts of its own: one for the rush and what follows it, one for the edge.
    """

    async def connect(self, system: Any) -> None:
        """Take accounts that no other user has."""
        await super().connect(system)
        self.limit = int(system.parameters["rate_limit"])
        self.window = float(system.parameters["rate_window"])
        self.number = self.index * self.parameters["accounts_each"]

    @operation(tags={"rate_limit"})
    async def visit(self) -> None:
        """One rush, one try at an edge."""
        await self._next_edge()
        headers, rush = self.turn(), list[Asked]()
        begun = time.time()
        for _ in range(self.limit + self.limit // 2):
            rush.append(await self._ask(headers))
        took = time.time() - begun
        refused = next((one for one in rush if one.wait is not None), None)
        if refused is not None and refused.wait is not None:
            await _until(refused.answered + refused.wait - _EARLY)
            rush.append(await self._ask(headers))
        await self._across_an_edge(took)
        if refused is not None and refused.wait is not None:
            await _until(refused.answered + refused.wait)
            rush.append(await self._ask(headers))
        self.keep({"asked": rush})

    @operation(weight=0, tags={"rate_limit"})
    async def ask(self, headers: dict[str, str]) -> None:
        """One request. Raises TooMany."""
        answer = await self.http.get("/me", headers=headers, expect=(200, 429))
        if answer.status == 429:
            raise TooMany(int(answer.headers["retry-after"]))

    async def _across_an_edge(self, took: float) -> None:
        """All that one window allows, just before its end, and all that the next one does, at its beginning.

        `took` is how long one and a half times as many requests need.
        """
        headers, edge = self.turn(), list[Asked]()
        await self._next_edge(before=min(0.8 * self.window, took + 0.1))
        for _ in range(self.limit):
            edge.append(await self._ask(headers))
        await self._next_edge()
        for _ in range(self.limit + 1):
            edge.append(await self._ask(headers))
        self.keep({"asked": edge})

    async def _next_edge(self, before: float = -_AFTER) -> None:
        """Sleep until the clock's next window begins, or so many seconds `before` that."""
        now = time.time()
        edge = (now // self.window + 1) * self.window
        await _until(edge - before if edge - before > now else edge + self.window - before)

    async def _ask(self, headers: dict[str, str]) -> Asked:
        sent, wait = time.time(), None
        try:
            await self.ask(headers)
        except TooMany as refused:
            wait = refused.wait
        return Asked(sent, time.time(), wait)


async def _until(moment: float) -> None:
    while (left := moment - time.time()) > 0:
        await asyncio.sleep(left)
