"""What can go wrong between a client and a system, each with a short name for its class of cause."""

from __future__ import annotations

import ssl
from typing import ClassVar


class ClientError(Exception):
    """Base of all errors of our clients. Operations that end in one are counted by its `cause`."""

    cause: ClassVar[str] = "client"
    """A short name under which failures of one kind are counted together."""


class ConnectFailed(ClientError):
    """No connection could be made: refused, unreachable."""

    cause = "connect"


class NameNotResolved(ConnectFailed):
    """The host's name has no address, or nobody could be asked for it."""

    cause = "dns"


class TlsFailed(ConnectFailed):
    """TLS could not be agreed on: no TLS at the other end, a certificate not trusted, another host's."""

    cause = "tls"


class OutOfDescriptors(ConnectFailed):
    """We, not the system, have no file descriptor left for one more connection."""

    cause = "descriptors"


class ConnectTimedOut(ConnectFailed, TimeoutError):
    """No connection was made in the time given, TLS included."""

    cause = "timeout-connect"


class SendTimedOut(ClientError, TimeoutError):
    """The peer did not take the whole request in the time given."""

    cause = "timeout-send"


class FirstByteTimedOut(ClientError, TimeoutError):
    """Nothing of the answer came in the time given."""

    cause = "timeout-first-byte"


class WholeTimedOut(ClientError, TimeoutError):
    """The answer was not complete in the time given."""

    cause = "timeout-whole"


class ConnectionBroken(ClientError):
    """The connection broke (reset, broken pipe) while an answer was awaited."""

    cause = "reset"


class ConnectionEnded(ClientError):
    """The peer closed the connection in good order while an answer was awaited."""

    cause = "closed"


class StreamCut(ConnectionEnded):
    """A stream ended before its end: in the middle of a chunk or of an event."""

    cause = "cut-off"


class WebSocketClosed(ConnectionEnded):
    """The WebSocket was closed with `code` (RFC 6455, 7.4.1) and `reason`, most often by the peer."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason

    def __str__(self) -> str:
        why = f": {self.reason}" if self.reason else ""
        return f"closed with {self.code}{why}"


class ProtocolError(ClientError):
    """The peer sent something that its protocol does not allow."""

    cause = "protocol"


class TooLarge(ClientError):
    """An answer was larger than the client's limit."""

    cause = "too-large"


class UnexpectedStatus(ClientError):
    """The peer answered with a status that was neither expected nor a declared rejection.

    `status` is the protocol's own (404, "0xA700"), `excerpt` the start of what came with it.
    """

    cause = "status"

    def __init__(self, status: int | str, excerpt: str = "") -> None:
        super().__init__(status, excerpt)
        self.status = status
        self.excerpt = excerpt

    def __str__(self) -> str:
        return f"status {self.status}: {self.excerpt}" if self.excerpt else f"status {self.status}"


def lost(error: Exception | None, ended: str, why: str = "") -> ClientError:
    """What a connection is lost to: `error`, or None for a peer that closed it, which `ended` says.

    `why` is added to either.
    """
    if isinstance(error, ssl.SSLError):
        return TlsFailed(str(error))
    if error is not None:
        return ConnectionBroken(f"{str(error) or type(error).__name__}{why}")
    return ConnectionEnded(ended + why)
