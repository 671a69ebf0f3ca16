"""One connection of any protocol: a request's bytes out, one answer in."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from suite.clients._asking import Asking
from suite.clients.errors import ClientError, ProtocolError, TooLarge

Parse = Callable[[bytes], "tuple[Any, int] | int"]


class ExchangeLink(Asking):
    """A connection whose answers `parse` makes of what was received."""

    __slots__ = ("_parse", "_pieces", "_wanted")

    def __init__(
        self, loop: asyncio.AbstractEventLoop, sock: socket.socket | None, limit: int, parse: Parse
    ) -> None:
        super().__init__(loop, sock, limit)
        self._parse = parse
        self._pieces: list[bytes] = []
        self._wanted = 1

    # What the transport calls.

    def data_received(self, data: bytes) -> None:
        waiter = self._waiter
        if waiter is None:  # it answers nothing that was asked
            self.drop()
            return
        self._size += len(data)
        if self._size > self._limit:
            self.fail(TooLarge(f"an answer of more than {self._limit:,} bytes"))
            return
        if self._pieces:
            self._pieces.append(data)
        if self._size < self._wanted:
            self._pieces = self._pieces or [data]
            return
        whole = b"".join(self._pieces) if self._pieces else data
        try:
            found = self._parse(whole)
        except ClientError as error:
            self.fail(error)
            return
        except Exception as error:  # noqa: BLE001 - whatever the user's own code makes of bytes it does not know
            self.fail(ProtocolError(f"not understood: {type(error).__name__}: {error}"))
            return
        if isinstance(found, int):
            self._wanted = max(found, self._size + 1)
            self._pieces = [whole]
            return
        answer, used = found
        self._waiter = None
        self._pieces = []
        self._size, self._wanted = 0, 1
        if used != len(whole):
            self.drop()  # more than one answer to one request: what else comes answers nothing
        if not waiter.done():
            waiter.set_result(answer)
