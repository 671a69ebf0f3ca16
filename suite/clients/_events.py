"""Server-sent events, parsed while they come (WHATWG HTML, 9.2.6)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from suite.clients.errors import ProtocolError, TooLarge

_BOM = b"\xef\xbb\xbf"
_ENDS = (b"\n", b"\r")
_lines = re.compile(rb"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+").finditer
_SMALL = 65_536
_DIGITS = 18
"""Of a time to wait; what has more is none."""


class ServerSentEvent(NamedTuple):
    """What a server sent: `data`, the type `event`, the last `id` that it gave.

    `retry` is how many milliseconds it last asked clients to wait before they connect again.
    """

    data: str
    event: str = "message"
    id: str = ""
    retry: int | None = None


class EventParser:
    """Events of one stream, from pieces cut anywhere. `limit` bounds one event in bytes."""

    __slots__ = (
        "_after_cr", "_begun", "_data", "_id", "_limit", "_line", "_open", "_retry", "_size", "_type",
        "_whole",
    )  # fmt: skip

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._begun = False
        self._after_cr = False
        self._line = bytearray()  # a line whose end is not here
        self._data: bytes | bytearray | None = None
        self._type = b""
        self._id = ""
        self._retry: int | None = None
        self._open = False
        self._size = 0  # of that line
        self._whole = 0  # of the event's lines before it

    @property
    def unfinished(self) -> bytes | None:
        """The start of an event whose end is not here, if there is one; comments are none."""
        line = self._line
        lines = line if self._data is None else self._data + b"\n" + line
        return bytes(lines) if self._open or (line and line[:1] != b":") else None

    def feed(self, piece: bytes) -> Iterator[ServerSentEvent]:
        """The events that end in `piece`. Raises TooLarge, and ProtocolError for what is no UTF-8."""
        if not piece:
            return
        if self._after_cr:  # CR and LF that were cut apart end one line
            piece = piece.removeprefix(b"\n")
        for part in _lines_of(piece):
            self._size += len(part)
            if self._whole + self._size > self._limit:
                raise TooLarge(f"an event of more than {self._limit:,} bytes")
            if not part.endswith(_ENDS):  # only the last one
                self._line += part
                break
            line = part.rstrip(b"\r\n")
            if self._line:
                line = bytes(self._line + line)
                self._line.clear()
            if not self._begun:
                self._begun = True
                line = line.removeprefix(_BOM)
            if line:
                self._take(line)
            else:
                if self._data is not None:
                    yield self._event(self._data)
                self._begin()
            self._size = 0
        self._after_cr = piece.endswith(b"\r")

    def _take(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if not name:  # a comment, often sent to keep the connection
            return
        self._open = True
        self._whole += self._size
        value = value.removeprefix(b" ")
        if name == b"data":
            if self._data is None:  # most have one line
                self._data = value
            else:
                if isinstance(self._data, bytes):
                    self._data = bytearray(self._data)
                self._data += b"\n"
                self._data += value
        elif name == b"event":
            self._type = value
        elif name == b"id":
            if b"\0" not in value:
                self._id = _text(value)
        elif name == b"retry" and value.isdigit() and len(value) <= _DIGITS:
            self._retry = int(value)

    def _event(self, data: bytes | bytearray) -> ServerSentEvent:
        kind = _text(self._type) if self._type else "message"
        return ServerSentEvent(_text(data), kind, self._id, self._retry)

    def _begin(self) -> None:
        """After an empty line: what had no data was no event."""
        self._data = None
        self._type = b""
        self._open = False
        self._whole = 0


def _lines_of(piece: bytes) -> Iterable[bytes]:
    """Lines with their ends, the last one perhaps without; of a large piece one by one: they may be many."""
    if len(piece) <= _SMALL:
        return piece.splitlines(keepends=True)
    return (match[0] for match in _lines(piece))


def _text(value: bytes | bytearray) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise ProtocolError(f"an event that is no UTF-8: {bytes(value[:60])!r}") from error
