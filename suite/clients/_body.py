"""A response that is read while it comes: its head, then its chunks with the times of their arrival."""

from __future__ import annotations

import asyncio
from collections import deque
from time import monotonic_ns

from httptools import HttpResponseParser

from suite.clients._link import HEAD_LIMIT, Link
from suite.clients._response import fed, until_eof
from suite.clients._tolerant import TolerantParser
from suite.clients.errors import ClientError, ConnectionBroken, StreamCut, TooLarge

_MOST_CHUNKS = 64
_MOST_BYTES = 1 << 20


class StreamedBody:
    """Takes all that `link` receives, from one request until the end of its response.

    A chunk is one of the chunked coding, whole, however the network cuts it up; of other bodies what is
    received at once. `limit` bounds one in bytes. With many that nobody has taken we stop reading, so
    that the server has to wait.
    """

    def __init__(self, link: Link, limit: int) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.raw = bytearray()
        """What was received up to the end of the headers, and perhaps more."""
        self.whole = False
        self.error: ClientError | None = None
        self.came = 0
        """Chunks until now."""
        self._link = link
        self._limit = limit
        self._keep = False
        self._chunked = False
        self._parser: HttpResponseParser | TolerantParser = HttpResponseParser(self)
        self._at = 0
        self._part = bytearray()  # of a chunk whose end is not here
        self._chunks: deque[tuple[int, bytes]] = deque()
        self._held = 0
        self._paused = False
        self._waiter: asyncio.Future[None] | None = None

    @property
    def reusable(self) -> bool:
        """Whether the connection may carry another request."""
        return self.whole and self._keep and self._link.alive

    @property
    def answered(self) -> bool:
        """Whether anything was received."""
        return bool(self.raw)

    def take(self) -> tuple[int, bytes] | None:
        """The next chunk, if it is here, and when it came (monotonic nanoseconds)."""
        if not self._chunks:
            return None
        found = self._chunks.popleft()
        self._held -= len(found[1])
        if self._paused and len(self._chunks) <= _MOST_CHUNKS // 2 and self._held <= _MOST_BYTES // 2:
            self.read_on()
        return found

    def read_on(self) -> None:
        """Let the link read, if we stopped it."""
        if self._paused:
            self._paused = False
            self._link.read(on=True)

    def wait(self) -> asyncio.Future[None]:
        """Done when there is something new to know."""
        self._waiter = self._link.loop.create_future()
        return self._waiter

    # What the link calls.

    def feed(self, data: bytes) -> None:
        """Take what was received."""
        self._at = monotonic_ns()
        if not self.status:
            if len(self.raw) > HEAD_LIMIT:
                self._link.fail(TooLarge(f"headers of more than {HEAD_LIMIT:,} bytes"))
                return
            self.raw += data
        wrong: ClientError | None = fed(self._parser, data)
        if wrong is not None and not self.status and self.raw.lstrip(b"\r\n").startswith(b"HTTP/1."):
            self.headers.clear()
            self._parser = TolerantParser(self, self._put_right)
            wrong = fed(self._parser, bytes(self.raw))
        if wrong is None and len(self._part) > self._limit:
            wrong = TooLarge(f"a chunk of more than {self._limit:,} bytes")
        if not self._chunked:
            self._complete()
        if wrong is not None:
            self._link.fail(wrong)
        elif (len(self._chunks) > _MOST_CHUNKS or self._held > _MOST_BYTES) and not self._paused:
            self._paused = True
            self._link.read(on=False)
        self._wake()

    def ended(self) -> None:
        """The server has sent all that it will."""
        if not self.status or self.whole or self.error is not None:
            return
        if until_eof(self.headers):
            self.whole = True
        else:
            self.error = StreamCut(f"the server closed the connection {self._where()}")
        self._wake()

    def fail(self, error: ClientError) -> None:
        """Nothing more will come."""
        if not self.whole and self.error is None:
            if self.status and isinstance(error, ConnectionBroken):
                error = ConnectionBroken(f"{error} {self._where()}")
            self.error = error
        self._wake()

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self.whole:
            self._keep = False  # an answer too many

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.status:
            return  # a trailer
        key, text = name.decode("latin-1").lower(), value.decode("latin-1").strip(" \t")
        self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:  # it only announces one
            self.headers.clear()
            return
        self.status = status
        self._chunked = self.headers.get("transfer-encoding", "").lower().endswith("chunked")

    def on_body(self, part: bytes) -> None:
        self._part += part

    def on_chunk_complete(self) -> None:
        self._complete()

    def on_message_complete(self) -> None:
        if self.status:
            self.whole = True
            self._keep = self._parser.should_keep_alive()

    def _put_right(self, parser: HttpResponseParser, head: bytes) -> None:
        self._parser, self.raw = parser, bytearray(head)

    def _complete(self) -> None:
        if not self._part:
            return
        chunk = bytes(self._part)
        self._part.clear()
        self.came += 1
        self._held += len(chunk)
        self._chunks.append((self._at, chunk))

    def _where(self) -> str:
        inside = "in the middle of a chunk" if self._part else "before the end of the stream"
        return f"{inside}, after {self.came:,} chunk{'' if self.came == 1 else 's'}"

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
