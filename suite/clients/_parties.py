"""Who a link works for."""

from __future__ import annotations

from typing import Protocol

from suite.clients._response import Response
from suite.clients.errors import ClientError


class Waiter(Protocol):
    """What of a future of a Response a link needs."""

    def done(self) -> bool: ...
    def set_result(self, response: Response, /) -> None: ...
    def set_exception(self, error: Exception, /) -> None: ...


class Kept(Protocol):
    """What of a link those need who keep it."""

    alive: bool

    @property
    def sending(self) -> bool: ...
    @property
    def answered(self) -> bool: ...
    def fail(self, error: ClientError, /) -> None: ...
    async def close(self) -> None: ...


class Intake(Protocol):
    """Who takes all that a link receives, in place of a waiter: a pipeline, a stream."""

    def feed(self, data: bytes, /) -> None: ...
    def ended(self) -> None: ...
    def fail(self, error: ClientError, /) -> None: ...


class Follower(Protocol):
    """Who asks again when all that was received is read: a repeat."""

    def again(self) -> None: ...
    def set_exception(self, error: Exception, /) -> None: ...
