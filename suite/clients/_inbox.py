"""Messages of a WebSocket between the wire and whoever receives them."""

from __future__ import annotations

import asyncio
from collections import deque

from wsproto.events import BytesMessage, TextMessage

Message = str | bytes

_MOST = 64


class Inbox:
    """Puts messages together and keeps them in order. `limit` bounds one in bytes or characters."""

    __slots__ = ("_parts", "_queue", "_receiver", "at", "limit", "size")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._queue: deque[tuple[Message, int]] = deque()
        self._parts: list[Message] = []
        self._receiver: asyncio.Future[None] | None = None
        self.size = 0
        """Of the message that is not yet complete."""
        self.at = 0
        """When what is put or added now has come, in monotonic nanoseconds."""

    @property
    def full(self) -> bool:
        """Whether the peer has to wait until somebody has received some."""
        return len(self._queue) > _MOST

    @property
    def low(self) -> bool:
        """Whether the peer may go on."""
        return len(self._queue) <= _MOST // 2

    def add(self, event: TextMessage | BytesMessage) -> bool:
        """Take a message or a part of one. False if it is larger than the limit."""
        data = event.data if isinstance(event.data, str) else bytes(event.data)
        self.size += len(data)
        if self.size > self.limit:
            return False
        if event.message_finished and not self._parts:
            message = data
        else:
            self._parts.append(data)
            if not event.message_finished:
                return True
            parts, self._parts = self._parts, []
            message = "".join(parts) if isinstance(data, str) else b"".join(parts)  # type: ignore[arg-type]
        self.size = 0
        self._queue.append((message, self.at))
        self.wake()
        return True

    def put(self, message: Message) -> bool:
        """Take a whole message. False if it is larger than the limit."""
        if len(message) > self.limit:
            return False
        self._queue.append((message, self.at))
        self.wake()
        return True

    def take(self) -> tuple[Message, int] | None:
        """The oldest message, if there is one, and when the end of it came."""
        return self._queue.popleft() if self._queue else None

    def wait(self, loop: asyncio.AbstractEventLoop) -> asyncio.Future[None]:
        """Done when there is something new to know."""
        self._receiver = loop.create_future()
        return self._receiver

    def wake(self) -> None:
        """There is something new to know."""
        if self._receiver is not None and not self._receiver.done():
            self._receiver.set_result(None)
