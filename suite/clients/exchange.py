"""A client for a protocol of your own: say how a request is encoded and an answer is parsed."""

from __future__ import annotations

import ssl as tls
from typing import Any, Generic, Self, TypeVar

from suite.clients._dial import dial
from suite.clients._exchange_link import ExchangeLink
from suite.clients._kept import KeptConnection
from suite.clients._origin import Origin
from suite.clients._timeouts import Timeouts, timeouts_of
from suite.contract.loop import Duration

Request = TypeVar("Request")
Answer = TypeVar("Answer")


class Exchange(KeptConnection[ExchangeLink], Generic[Request, Answer]):
    """Base of clients that ask and are answered over one kept TCP connection.

    Subclass it with `encode` and `parse`, and maybe `status`. If the server closed the connection, or the
    last request failed or was cancelled, the next one connects anew; nothing is sent twice.
    """

    __slots__ = ()

    @classmethod
    async def connect(
        cls,
        url: str,
        *,
        timeout: Duration | Timeouts = Timeouts(),  # noqa: B008
        limit: str | int = "64MB",
        ssl: tls.SSLContext | None = None,
    ) -> Self:
        """Open a session with the server at `url`: tcp://host:port, or tls://host:port.

        `timeout` is one limit for every phase (seconds or text), or `Timeouts`. `limit` bounds the size of an
        answer. Raises `ConnectFailed` or one of its kinds, ConfigurationError for a URL that makes no sense.
        """
        session = cls(Origin.of(url, ("tcp", "tls"), ssl), timeout, limit)
        session._link = await session._open(session._limits[0])
        return session

    def encode(self, request: Request) -> bytes:
        """The bytes of a request."""
        raise NotImplementedError

    def parse(self, data: bytes) -> tuple[Answer, int] | int:
        """The answer at the start of `data`, and how many bytes it has; or how many are needed at least.

        `data` is all that was received since the request. Raise for what the protocol does not allow.
        """
        raise NotImplementedError

    def status(self, answer: Answer) -> str | None:  # noqa: ARG002 - for those that have one
        """What `answer` is counted as ("OK", "404"); None: not at all."""
        return None

    async def ask(self, request: Request, *, timeout: Duration | Timeouts | None = None) -> Answer:
        """Send `request`; its answer. `timeout` replaces the session's for this request.

        Raises a `ClientError` for what goes wrong on the way, and RuntimeError while another request of this
        session is under way.
        """
        encoded = self.encode(request)
        limits = self._limits if timeout is None else timeouts_of(timeout).limits()
        link = self._link
        if self._busy or link is None or not link.alive:
            link = await self._taken(limits[0])
        self._busy = True
        try:
            if self._limited or timeout is not None:
                self._begin(limits)
            waiter = self._loop.create_future()
            link.ask(encoded, waiter)
            answer: Answer = await waiter
        except BaseException:
            link.drop()  # what is under way there must not answer the next request
            raise
        finally:
            self._busy = False
        if self._saw is not None and (seen := self.status(answer)) is not None:
            self._saw(seen)
        return answer

    async def _open(self, seconds: float) -> ExchangeLink:
        loop, limit, parse = self._loop, self._limit, self.parse
        return await dial(self._origin, seconds, lambda sock: ExchangeLink(loop, sock, limit, parse))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.close()
