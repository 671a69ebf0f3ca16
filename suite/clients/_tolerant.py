"""Heads of responses that a strict parser refuses and RFC 9112 lets a client accept."""

from __future__ import annotations

import re
from collections.abc import Callable

from httptools import HttpResponseParser

_BLANK = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(rb"[ \t]*\r\n[ \t]+")
_BARE = re.compile(rb"(?<!\r)\n")
_LENGTH = re.compile(rb"(?i)^content-length[ \t]*:[ \t]*(\d+(?:[ \t]*,[ \t]*\d+)*)[ \t]*$")


class TolerantParser:
    """Waits for the whole head of a response and gives it to a parser as that wants it.

    Bare LF ends a line (RFC 9112, 2.2), a folded header is one line (5.2), equal lengths are one (RFC 9110,
    8.6). `put_right` is told the parser, which is the one to feed from then on, and what it is given.
    """

    def __init__(self, owner: object, put_right: Callable[[HttpResponseParser, bytes], None]) -> None:
        self._owner = owner
        self._put_right = put_right
        self._received = b""

    def feed_data(self, data: bytes) -> None:
        """Take more of the response. Raises HttpParserError for what is wrong in spite of all."""
        self._received += data
        whole = put_right(self._received)
        if whole is not None:
            parser = HttpResponseParser(self._owner)
            self._put_right(parser, whole)
            parser.feed_data(whole)

    def should_keep_alive(self) -> bool:
        """Nobody knows yet."""
        return False

    def get_status_code(self) -> int:
        """There is none yet."""
        return 0


def put_right(received: bytes) -> bytes | None:
    """What was `received` with its head as a strict parser wants it; None if the head is not whole."""
    heads = []
    rest = received.lstrip(b"\r\n")
    while True:
        blank = _BLANK.search(rest)
        if blank is None:
            return None
        head, rest = rest[: blank.start()], rest[blank.end() :]
        heads.append(_head(head))
        if head[9:10] != b"1" or head[9:12] == b"101":  # others only announce a response
            return b"".join(heads) + rest


def _head(head: bytes) -> bytes:
    lines = _FOLD.sub(b" ", _BARE.sub(b"\r\n", head)).split(b"\r\n")
    kept: list[bytes] = []
    lengths: set[bytes] = set()
    for line in lines:
        found = _LENGTH.match(line)
        if found is None:
            kept.append(line)
            continue
        lengths |= {value.strip().lstrip(b"0") or b"0" for value in found[1].split(b",")}
    kept += [b"content-length: " + length for length in lengths]  # of several the parser will complain
    return b"\r\n".join([*kept, b"", b""])
