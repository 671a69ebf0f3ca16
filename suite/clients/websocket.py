"""A WebSocket client for load (RFC 6455), on wsproto."""

from __future__ import annotations

import asyncio
import json as json_
import ssl as tls
from collections.abc import Collection, Mapping, Sequence
from math import inf
from time import monotonic, monotonic_ns
from typing import Any, Self

from wsproto.events import Ping, Request

from suite.clients._channel import Channel
from suite.clients._dial import dial
from suite.clients._frames import BINARY, TEXT, encoded
from suite.clients._inbox import Inbox, Message
from suite.clients._origin import Origin
from suite.clients._request import checked
from suite.clients._response import parsed
from suite.clients._timeouts import Timeouts, struck, timeouts_of, watch_of
from suite.clients.errors import ConnectTimedOut, SendTimedOut, UnexpectedStatus, WebSocketClosed
from suite.contract.loop import Duration
from suite.contract.user import current_user
from suite.errors import Rejected
from suite.units import parse

_CLOSING = 2.0  # s for the peer to close too
_IN_ORDER = (1000, 1001)
_to_json = json_.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class WebSocket:
    """A WebSocket session. Pings are answered; a peer that reads slowly makes `send` wait.

    When the connection has ended, `send` and `receive` raise why: `WebSocketClosed` with the code that
    the peer gave, or another `ClientError`. Messages that came before are received first. With more
    than 64 messages that nobody has received we stop reading, so that the peer has to wait.

    When each message came is noted for the metrics `first` and `gap` of the operation that receives it.
    The status of the upgrade (101) and the code of the close are counted on the User in whose task
    `connect` was called.
    """

    __slots__ = (
        "__weakref__", "_arrived", "_channel", "_current", "_limits", "_loop", "_mark", "_since", "_waiting",
        "_watch", "due", "url",
    )  # fmt: skip

    def __init__(self, url: str, channel: Channel, limits: tuple[float, float, float, float]) -> None:
        self.url = url
        self.due = inf
        self._channel = channel
        self._limits = self._current = limits
        self._loop = asyncio.get_running_loop()
        self._watch = watch_of(self._loop)
        self._since = 0.0
        self._arrived = 0
        self._waiting: asyncio.Future[None] | None = None
        user = current_user.get()
        self._mark = user._marker if user is not None else None
        if user is not None:
            user.close_later(self)

    @classmethod
    async def connect(
        cls,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        subprotocols: Sequence[str] = (),
        rejected: int | Collection[int] | None = None,
        timeout: Duration | Timeouts = Timeouts(),  # noqa: B008
        limit: str | int = "16MB",
        ssl: tls.SSLContext | None = None,
    ) -> Self:
        """Open a session with `url` (ws, wss, http or https), queries included.

        `timeout` is one limit for every phase (seconds or text), or `Timeouts`: `connect` includes the
        upgrade, `send` waits for a peer that reads slowly, `first_byte` and `whole` run from a `receive`
        on. `limit` bounds one message. `ssl` replaces the default context of wss. A server that answers
        the upgrade with a status in `rejected` raises `Rejected`, with another one `UnexpectedStatus`;
        else `ConnectFailed` or another `ClientError`, and ConfigurationError for a URL without sense.
        """
        origin = Origin.of(_scheme(url), ("ws", "wss"), ssl, query=True)
        limits = timeouts_of(timeout).limits()
        size = int(parse(limit, "B"))
        target = (origin.path or "/") + (f"?{origin.query}" if origin.query else "")
        extra = [(name.encode(), value.encode("latin-1")) for name, value in checked(headers).items()]
        request = Request(
            host=origin.authority, target=target, extra_headers=extra, subprotocols=list(subprotocols)
        )
        began = monotonic()
        loop = asyncio.get_running_loop()
        user = current_user.get()
        saw = user.saw if user is not None else None
        channel = await dial(origin, limits[0], lambda sock: Channel(loop, sock, Inbox(size), saw))
        try:
            async with asyncio.timeout(None if limits[0] == inf else limits[0] - (monotonic() - began)):
                status = await channel.open(request)
        except TimeoutError as error:
            channel.abort()
            raise ConnectTimedOut(f"no answer to the upgrade within {limits[0]:g} s") from error
        except BaseException:
            channel.abort()
            raise
        if status != 101:
            channel.abort()
            if rejected is not None and status in ((rejected,) if isinstance(rejected, int) else rejected):
                raise Rejected(f"status {status}")
            raise UnexpectedStatus(status, channel.refusal)
        return cls(url, channel, limits)

    @property
    def subprotocol(self) -> str | None:
        """What the server chose of those offered."""
        return self._channel.subprotocol

    async def send(self, message: Message | None = None, *, json: Any = None) -> None:
        """Send a text or bytes, or `json` as text. Raises SendTimedOut if the peer does not read on."""
        if message is None:
            message = _to_json(json)
        frame = encoded(TEXT, message.encode()) if isinstance(message, str) else encoded(BINARY, message)
        waiting = self._channel.send(frame)
        if waiting is not None:
            seconds = self._limits[1]
            try:
                async with asyncio.timeout(None if seconds == inf else seconds):
                    await asyncio.shield(waiting)
            except TimeoutError as error:
                raise SendTimedOut(f"the peer took no more within {seconds:g} s") from error

    async def receive(self, *, timeout: Duration | Timeouts | None = None) -> Message:
        """The next message, text or bytes; `timeout` replaces the session's.

        After a timeout the session goes on, and what was awaited may come later. Raises RuntimeError
        when another task is receiving.
        """
        channel = self._channel
        while True:
            found = channel.take()
            if found is not None:
                message, at = found
                if self._mark is not None:
                    self._arrived = self._mark(self._arrived, at)
                return message
            if self._waiting is not None:
                raise RuntimeError("another task receives from this WebSocket")
            self._waiting = channel.inbox.wait(self._loop)
            try:
                self._begin(self._limits if timeout is None else timeouts_of(timeout).limits())
                await self._waiting
            except BaseException:
                if self._mark is not None:  # we have waited until now for what did not come
                    self._mark(self._arrived, -monotonic_ns())
                raise
            finally:
                self._waiting = None

    async def receive_json(self, *, timeout: Duration | Timeouts | None = None) -> Any:
        """The next message as JSON. Raises ValueError if it is none."""
        return parsed(await self.receive(timeout=timeout))

    async def ping(self) -> float:
        """Seconds until the peer has answered a ping."""
        answered: asyncio.Future[None] = self._loop.create_future()
        before = monotonic()
        self._channel.send(Ping())
        self._channel.pongs.append(answered)
        await answered
        return monotonic() - before

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with `code`; waits at most 2 s for the peer to do so too. Idempotent."""
        await self._channel.close(code, reason, _CLOSING)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        """Messages until the peer closes in good order (codes 1000 and 1001); other ends are raised."""
        try:
            return await self.receive()
        except WebSocketClosed as error:
            if error.code in _IN_ORDER:
                raise StopAsyncIteration from error
            raise

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def overdue(self, moment: float) -> None:
        """Who receives may have been waiting for too long."""
        waiting = self._waiting
        if waiting is None or waiting.done():
            return
        found = struck(
            self._current, self._since, moment, sending=False, answered=self._channel.inbox.size > 0
        )
        if not isinstance(found, float):
            waiting.set_exception(found)
        elif found < inf:
            self._watch.ask(self, found)

    def _begin(self, limits: tuple[float, float, float, float]) -> None:
        nearest = min(limits[2:])
        if nearest < inf:
            self._since = monotonic()
            self._current = limits
            if self._since + nearest < self.due:
                self._watch.ask(self, self._since + nearest)


def _scheme(url: str) -> str:
    """Systems know their address as http; the same port speaks WebSocket."""
    return "ws" + url[4:] if url.startswith(("http://", "https://")) else url
