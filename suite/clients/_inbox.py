"""Messages of a WebSocket between the wire and whoever receives them."""

from __future__ import annotations

import asyncio
from collections import deque
from io import StringIO

from wsproto.events import BytesMessage, TextMessage

Message = str | bytes

_MOST = 64
_MOST_SIZE = 1 << 20
_MOST_EMPTY = 4096


class Inbox:
    """Puts messages together and keeps them in order. `limit` bounds one in bytes or characters.

    Of empty parts it has at most 4,096, so that a message can't go on without end.
    """

    __slots__ = ("_empty", "_held", "_parts", "_queue", "_receiver", "at", "limit", "size")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._queue: deque[tuple[Message, int]] = deque()
        self._parts: bytearray | StringIO | None = None
        self._empty = 0  # parts of it without content
        self._held = 0  # bytes and characters in the queue
        self._receiver: asyncio.Future[None] | None = None
        self.size = 0
        """Of the message that is not yet complete."""
        self.at = 0
        """When what is put or added now has come, in monotonic nanoseconds."""

    @property
    def full(self) -> bool:
        """Whether the peer has to wait until somebody has received some."""
        return len(self._queue) > _MOST or self._held > _MOST_SIZE

    @property
    def room(self) -> int:
        """How many messages make it full, and one at least."""
        return max(_MOST + 1 - len(self._queue), 1)

    @property
    def low(self) -> bool:
        """Whether the peer may go on."""
        return len(self._queue) <= _MOST // 2 and self._held <= _MOST_SIZE // 2

    def add(self, event: TextMessage | BytesMessage) -> bool:
        """Take a message or a part of one. False if it is larger than the limit."""
        self.size += len(event.data)
        self._empty += not event.data
        if self.size > self.limit or self._empty > _MOST_EMPTY:
            return False
        parts = self._parts
        if parts is None and event.message_finished:
            self.size = self._empty = 0
            return self.put(event.data if isinstance(event.data, str) else bytes(event.data))
        if isinstance(event.data, str):
            parts = self._parts = parts if isinstance(parts, StringIO) else StringIO()
            parts.write(event.data)
        else:
            parts = self._parts = parts if isinstance(parts, bytearray) else bytearray()
            parts += event.data
        if event.message_finished:
            self._parts = None
            self.size = self._empty = 0
            return self.put(parts.getvalue() if isinstance(parts, StringIO) else bytes(parts))
        return True

    def put(self, message: Message) -> bool:
        """Take a whole message. False if it is larger than the limit."""
        if len(message) > self.limit:
            return False
        self._held += len(message)
        self._queue.append((message, self.at))
        self.wake()
        return True

    def take(self) -> tuple[Message, int] | None:
        """The oldest message, if there is one, and when the end of it came."""
        if not self._queue:
            return None
        found = self._queue.popleft()
        self._held -= len(found[0])
        return found

    def wait(self, loop: asyncio.AbstractEventLoop) -> asyncio.Future[None]:
        """Done when there is something new to know."""
        self._receiver = loop.create_future()
        return self._receiver

    def wake(self) -> None:
        """There is something new to know."""
        if self._receiver is not None and not self._receiver.done():
            self._receiver.set_result(None)
