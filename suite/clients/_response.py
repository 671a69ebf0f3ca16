"""An HTTP response; its headers are parsed when somebody looks at them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

from httptools import HttpParserError, HttpParserUpgrade

from suite.clients._unpack import unpacked
from suite.clients.errors import ProtocolError

_END = b"\r\n\r\n"
_SHORT = 1024
_compressed = re.compile(rb"(?i)\ncontent-encoding[ \t]*:").search
_search = re.compile(rb"(?i)\nset-cookie:").search


class Response:
    """What a server answered: `status`, `headers` and `body`. Equal answers may be one object."""

    __slots__ = ("_headers", "_raw", "body", "sets_cookies", "status")

    def __init__(self, status: int, body: bytes, raw: bytes) -> None:
        self.status = status
        self.body = body
        self._raw = raw  # as received, at least up to the end of the headers
        self._headers: Mapping[str, str] | None = None
        self.sets_cookies = sets_cookies(raw)

    @property
    def headers(self) -> Mapping[str, str]:
        """Values by name in lower case; those of a repeated name are joined by ", "."""
        if self._headers is None:
            self._headers = MappingProxyType(parse_headers(self._raw))
        return self._headers

    @property
    def head(self) -> bytes:
        """What was received up to the end of the headers, and perhaps more."""
        return self._raw

    @property
    def text(self) -> str:
        """The body as UTF-8, unpacked if it is compressed (gzip, deflate); what is no UTF-8 is replaced.

        Raises ValueError for a body that can't be unpacked.
        """
        return self._unpacked().decode(errors="replace")

    def json(self) -> Any:
        """The body as JSON, unpacked if it is compressed. Raises ValueError if it is none."""
        return parsed(self._unpacked())

    def _unpacked(self) -> bytes:
        if _compressed(self._raw) is None:  # most are not: no need to look at all headers
            return self.body
        return unpacked(self.body, self.headers.get("content-encoding", ""))

    def __repr__(self) -> str:
        return f"<Response {self.status}, {len(self.body)} bytes>"


def parsed(text: str | bytes) -> Any:
    """What `text` says as JSON. Raises ValueError."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("JSON that is nested without end") from error


def parse_headers(raw: bytes) -> dict[str, str]:
    """Headers of the first final response in `raw`, which a parser has already found to be valid."""
    headers: dict[str, str] = {}
    for line in final_head(raw).decode("latin-1").split("\r\n")[1:]:
        name, _, value = line.partition(":")
        name, value = name.lower(), value.strip(" \t")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def final_head(raw: bytes) -> bytes:
    """Status line and headers of the first final response in `raw`, without the empty line."""
    head, _, rest = raw.lstrip(b"\r\n").partition(_END)
    while head[9:10] == b"1" and head[9:12] != b"101":  # 1xx announce a response, 101 is one
        head, _, rest = rest.lstrip(b"\r\n").partition(_END)
    return head


def sets_cookies(raw: bytes) -> bool:
    """Whether the response that begins with `raw` may set a cookie. Quick, and never wrongly False."""
    if len(raw) <= _SHORT or raw[9:10] == b"1" or raw[:1] != b"H":
        return _search(raw) is not None
    return _search(raw, 0, raw.find(_END)) is not None


class MessageParser(Protocol):
    """What takes pieces of responses."""

    def feed_data(self, data: bytes, /) -> object: ...


def fed(parser: MessageParser, data: bytes) -> ProtocolError | None:
    """Give `data` to `parser`; what is wrong with it."""
    try:
        parser.feed_data(data)
    except HttpParserUpgrade:
        return ProtocolError("an upgrade that nobody asked for")
    except HttpParserError as error:
        return ProtocolError(f"{error} in {data[:60]!r}")
    return None


def until_eof(headers: Mapping[str, str]) -> bool:
    """Whether only the end of the connection ends the response with these headers."""
    coding = headers.get("transfer-encoding", "").lower()
    return not coding.endswith("chunked") if coding else "content-length" not in headers


def persists(raw: bytes) -> bool:
    """Whether the connection outlives the response that begins with `raw`."""
    return (
        raw.lstrip(b"\r\n")[:8] == b"HTTP/1.1"
        and "close" not in parse_headers(raw).get("connection", "").lower()
    )
