"""A connection to PostgreSQL that notices when the server falls silent, however well the network does."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import psycopg
from psycopg.errors import ConnectionTimeout
from psycopg.pq import TransactionStatus

from suite.errors import Interrupted

_LEAST = 2.0
"""Seconds that libpq takes at least for a connection."""
_LOOK = "look at it, then try again"


def answering(seconds: float, longest: float) -> Callable[..., psycopg.Connection[Any]]:
    """What connects as psycopg does. A server that is silent for `seconds` is asked for a new connection; if
    that is not had in as long again, the first one is given up: OperationalError.

    A server that is busy with a statement takes connections, and is waited for: `longest` seconds for all of
    the answer, in however many pieces it comes, unless that is `patiently`.
    """

    class Answering(psycopg.Connection[Any]):
        longest: float | None = None
        words: tuple[Any, ...] = ()
        named: dict[str, Any] = {}  # noqa: RUF012 - of one connection, set when it is made

        def wait(self, gen: Any, *how: Any, **more: Any) -> Any:
            try:
                return super().wait(self._watched(gen), *how, **more)
            except Interrupted:
                if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                    self.pgconn.finish()  # nobody waits for its answer any more, and it takes nothing else
                raise

        def rollback(self) -> None:
            if not self.closed:
                super().rollback()

        def _watched(self, waits: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
            """`waits`, which is woken without news from time to time."""
            begun = heard = time.monotonic()
            try:
                wanted = next(waits)
                while True:
                    ready = yield wanted
                    limit = math.inf if self.longest is None else self.longest
                    left = begun + limit - time.monotonic()
                    if left < 0:
                        self._given_up(f"the server has not answered a statement for {limit:.0f} s; {_LOOK}")
                    if ready:
                        heard = time.monotonic()
                    elif time.monotonic() > heard + seconds:
                        self._ask(min(seconds, left))
                        heard = time.monotonic()
                    wanted = waits.send(ready)
            except StopIteration as end:
                return end.value

        def _ask(self, patience: float) -> None:
            named = {**self.named, "connect_timeout": max(round(patience), _LEAST)}
            try:
                psycopg.connect(*self.words, **named).close()
            except ConnectionTimeout:
                self._given_up("the server has fallen silent; look at it and at the network, then try again")
            except psycopg.OperationalError:
                pass  # it refuses, so it is there

        def _given_up(self, why: str) -> NoReturn:
            self.pgconn.finish()  # or who cleans up would wait for it again
            raise psycopg.OperationalError(why)

    def connect(*words: Any, **named: Any) -> psycopg.Connection[Any]:
        made = Answering.connect(*words, **named)
        made.words, made.named, made.longest = words, named, longest
        return made

    return connect


@contextmanager
def patiently(connection: Any) -> Iterator[None]:
    """Inside, a statement of this connection may take as long as it takes."""
    longest, connection.longest = connection.longest, None
    try:
        yield
    finally:
        connection.longest = longest
