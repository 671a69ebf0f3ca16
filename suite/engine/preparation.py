"""What a workload's `prepare` makes before users connect, and what undoes it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from inspect import isasyncgen, isawaitable, isgenerator
from typing import Any

from suite.engine.bounded import awaited, bounded
from suite.errors import ConfigurationError

_NOTHING = object()


class Preparation:
    """One call of `prepare` in a worker: a plain or async function, or a generator that yields once.

    `seconds` bounds each part: what is awaited is cancelled then, and code that waits or computes is broken
    off, both by a TimeoutError.
    """

    def __init__(self, prepare: Callable[[Any], Any], runner: asyncio.Runner, seconds: float) -> None:
        self._prepare = prepare
        self._runner = runner
        self._seconds = seconds
        self._rest: Any = None  # a generator of either kind, once it has yielded

    def begin(self, target: Any) -> Any:
        """What it returns, or yields, as JSON brings it to other processes.

        Raises ConfigurationError, undone again, if JSON can't hold it; else whatever `prepare` raises.
        """
        with bounded(self._seconds):
            made: Any = self._prepare(target)
        if isgenerator(made) or isasyncgen(made):
            self._rest = made
            made = self._next()
            made = None if made is _NOTHING else made
        elif isawaitable(made):
            made = self._awaited(made)
        try:
            return json.loads(json.dumps(made, allow_nan=False))
        except (TypeError, ValueError) as error:
            self.end()
            raise ConfigurationError(f"prepare must give plain data, which JSON can hold: {error}") from error

    def end(self) -> None:
        """Run what follows the `yield`, once. Raises whatever that raises."""
        if self._rest is None:
            return
        again = self._next()
        self._rest = None
        if again is not _NOTHING:
            raise ConfigurationError("prepare yields more than once; what undoes it follows the one yield")

    def _next(self) -> Any:
        if isasyncgen(self._rest):
            return self._awaited(anext(self._rest, _NOTHING))
        with bounded(self._seconds):
            return next(self._rest, _NOTHING)

    def _awaited(self, what: Awaitable[Any]) -> Any:
        return awaited(self._runner, what, self._seconds)
