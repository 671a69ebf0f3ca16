"""What has come on a WebSocket, taken frame by frame: whole messages quickly, the rest by way of wsproto."""

from __future__ import annotations

from collections.abc import Callable

from wsproto import WSConnection
from wsproto.events import Event
from wsproto.utilities import RemoteProtocolError

from suite.clients._frames import BINARY, CONTROL, TEXT, whole_frame
from suite.clients._inbox import Inbox
from suite.clients.errors import ProtocolError, TooLarge

TURN = 1024
"""Frames of one connection at a time: then others have their turn, timeouts among them."""


class FrameIntake:
    """Puts whole messages into `inbox` and gives `taken` what else happens on `protocol`."""

    __slots__ = ("_at", "_inbox", "_protocol", "_rest", "_taken", "_whole", "behind", "ended", "last")

    def __init__(self, protocol: WSConnection, inbox: Inbox, taken: Callable[[Event], None]) -> None:
        self._protocol = protocol
        self._inbox = inbox
        self._taken = taken
        self._rest = b""  # what has come; from `_at` on nobody has looked at it
        self._at = 0
        self._whole = False  # whether wsproto is between frames
        self.behind = False
        """Whether more may have come than was taken."""
        self.ended = False
        """Whether nobody wants messages any more."""
        self.last = False
        """Whether nothing more can come, so that all that is here is taken."""

    @property
    def full(self) -> bool:
        """Whether the peer has to wait for whoever receives."""
        return self._inbox.full and not self.ended and not self.last

    def take_one(self, data: bytes) -> bool:
        """Take `data` if it is one whole message and nothing else is here, which is so most often."""
        if not self._whole or self._rest or self.ended:
            return False
        frame = whole_frame(data, 0)
        if frame is None or frame[2] != len(data):
            return False
        opcode, content, _ = frame
        if opcode == BINARY:
            return self._inbox.put(content)
        try:
            return opcode == TEXT and self._inbox.put(content.decode())
        except UnicodeDecodeError:
            return False

    def add(self, data: bytes) -> None:
        """Hand over what has come; `take` looks at it."""
        self._rest = self._rest[self._at :] + data if self._rest else data
        self._at = 0

    def take(self) -> None:
        """Take what has come for one turn, or until the inbox is full.

        Raises ProtocolError and TooLarge, and LocalProtocolError (wsproto's) for what follows the end.
        """
        left = TURN
        if self._whole:
            left = self._take_whole(left if self.ended or self.last else min(left, self._inbox.room))
            if self._at == len(self._rest):
                self.behind, self._rest = False, b""
                return
            if not left or self.full:
                self.behind = True
                return
        self.behind = False
        rest, self._rest, self._at = self._rest[self._at :], b"", 0
        try:
            if rest:
                upgraded = self._protocol.connection is not None
                self._protocol.receive_data(rest)
                # Is this the upgrade, and did no part of a frame come with it?
                self._whole = not upgraded and rest.endswith(b"\r\n\r\n")
            for event in self._protocol.events():
                self._taken(event)
                left -= 1
                if left <= 0 or self.full:
                    self.behind = True
                    return
        except RemoteProtocolError as error:
            raise ProtocolError(f"{error} in {rest[:60]!r}") from error
        except ValueError as error:  # wsproto takes headers for ASCII
            raise ProtocolError(f"not the answer of a WebSocket server: {error}") from error

    def _take_whole(self, left: int) -> int:
        """Take whole frames, at most `left` of them; how many more would be allowed."""
        data, at, inbox = self._rest, self._at, self._inbox
        while left and at < len(data) and (frame := whole_frame(data, at)) is not None:
            opcode, content, end = frame
            if opcode in CONTROL:
                self._protocol.receive_data(data[at:end])
                for event in self._protocol.events():
                    self._taken(event)
            elif opcode in (TEXT, BINARY):
                try:
                    message = content.decode() if opcode == TEXT else content
                except UnicodeDecodeError:
                    break
                if not self.ended and not inbox.put(message):
                    raise TooLarge(f"a message of more than {inbox.limit:,} bytes")
            else:
                break
            at = end
            left -= 1
        self._at = at
        return left
