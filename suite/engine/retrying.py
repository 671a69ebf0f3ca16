"""Operations tried again, as a workload's Retry says; how often is counted."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from suite.contract.retry import Retry
from suite.engine.clock import now
from suite.engine.error_counts import ENDS, ours
from suite.errors import Rejected
from suite.measure.moment_file import FURTHER, MomentFile

_ALWAYS = 10
"""Further attempts that no budget forbids: a share of few operations is none."""

Body = Callable[[Any], Awaitable[Any]]


class Retrying:
    """The attempts of one worker at operations: `operations` and `attempts` by operation's name.

    `moments` get of each further attempt when its operation began, and it.

    `reconnect` gives a user a new session, `draw` a number below the one that it gets.
    """

    def __init__(
        self,
        retry: Retry,
        reconnect: Callable[[Any], Awaitable[None]],
        draw: Callable[[float, float], float],
        moments: MomentFile | None,
    ) -> None:
        self.operations: Counter[str] = Counter()
        self.attempts: Counter[str] = Counter()
        self._retry = retry
        self._reconnect = reconnect
        self._draw = draw
        self._moments = moments
        self._further = 0

    def around(self, name: str, body: Body) -> Body:
        """`body` of the operation `name`, tried as often as it takes and may."""

        async def tried(user: Any) -> Any:
            self.operations[name] += 1
            attempt, begun = 0, now()
            while True:
                attempt += 1
                self.attempts[name] += 1
                try:
                    return await self._attempt(user, body)
                except Rejected:
                    raise
                except ENDS as error:
                    failure = ours(error)
                if attempt >= self._retry.attempts or not self._afforded():
                    raise failure
                self._further += 1
                await asyncio.sleep(self._draw(0, self._retry.backoff * 2 ** (attempt - 1)))
                if self._moments is not None:
                    self._moments.add(FURTHER, begun, now())

        return tried

    async def _attempt(self, user: Any, body: Body) -> Any:
        limit = asyncio.timeout(self._retry.timeout)
        try:
            async with limit:
                return await body(user)
        except TimeoutError:
            if not limit.expired():
                raise
            await self._reconnect(user)
            raise TimeoutError(f"no answer within {self._retry.timeout:g} s") from None

    def _afforded(self) -> bool:
        budget = self._retry.budget
        return budget is None or self._further < max(_ALWAYS, budget * self.operations.total())
