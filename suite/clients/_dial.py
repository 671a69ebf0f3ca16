"""Making connections, and saying in one word why that did not work."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl as tls
import struct
from collections.abc import Callable
from typing import Any, TypeVar

from suite.clients._origin import Origin
from suite.clients.errors import ConnectFailed, ConnectTimedOut, NameNotResolved, OutOfDescriptors, TlsFailed

P = TypeVar("P", bound=asyncio.Protocol)
_LAST_DATA_SENT = 44
"""Where `struct tcp_info` has milliseconds since the last data sent, acknowledgement sent, data received."""
_IDLE = 0.2
"""Seconds below which no server closes a connection for being idle."""


async def dial(origin: Origin, seconds: float, protocol: Callable[[socket.socket | None], P]) -> P:
    """A connection to `origin`; `protocol` is given the socket, or None under TLS.

    Raises ConnectFailed or one of its kinds.
    """
    where = origin.socket or f"{origin.host}:{origin.port}"
    dialled = _Dialled()
    try:
        async with asyncio.timeout(None if seconds == float("inf") else seconds):
            return await dialled.through(origin, protocol)
    except TimeoutError as error:
        took = f" within {seconds:g} s" if error.errno is None else ""
        raise ConnectTimedOut(f"no {dialled.phase} with {where}{took}") from error
    except (OSError, UnicodeError) as error:  # UnicodeError: of names that nobody can be asked for
        failure = _failure(error, where, secure=dialled.phase == "TLS")
    # Some of these come without anything awaited on the way: a user who tries again at once must
    # not be the only one who gets a turn.
    await asyncio.sleep(0)
    raise failure from failure.__cause__


class _Dialled:
    """How far a call has come."""

    phase = "connection"

    async def through(self, origin: Origin, protocol: Callable[[socket.socket | None], P]) -> P:
        loop = asyncio.get_running_loop()
        if origin.socket is not None:
            sock = await _connected(socket.AF_UNIX, 0, origin.socket, loop)
            return (await loop.create_unix_connection(lambda: protocol(sock), sock=sock))[1]
        sock = await _socket_to(origin.host, origin.port, loop)
        secure = origin.context is not None
        if secure:
            self.phase = "TLS"
        try:
            _, made = await loop.create_connection(
                lambda: protocol(None if secure else sock),
                sock=sock,
                ssl=origin.context,
                server_hostname=origin.host if secure else None,
            )
        except BaseException:
            sock.close()
            raise
        return made


async def _socket_to(host: str, port: int, loop: asyncio.AbstractEventLoop) -> socket.socket:
    """A connected socket, from the first of the host's addresses that takes us. Raises OSError."""
    failure: OSError | None = None
    for family, _, protocol, _, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        try:
            return await _connected(family, protocol, address, loop)
        except OSError as error:
            failure = error
    raise failure or OSError("the host has no address")


async def _connected(
    family: int, protocol: int, address: Any, loop: asyncio.AbstractEventLoop
) -> socket.socket:
    """A socket connected to one address. Raises OSError."""
    sock = socket.socket(family, socket.SOCK_STREAM, protocol)
    try:
        sock.setblocking(False)
        if family != socket.AF_UNIX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await loop.sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


def idle_before_sending(sock: socket.socket | None) -> float | None:
    """Seconds between what was last received and what was last sent; None if unknown, or next to nothing.

    The kernel keeps both, so that no request has to.
    """
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 64) if sock is not None else b""
    except OSError:
        return None
    if len(info) < 64:
        return None
    sent, _, received = struct.unpack_from("=3I", info, _LAST_DATA_SENT)
    idle = (received - sent) / 1000
    return idle if idle >= _IDLE else None


def _failure(error: Exception, where: str, *, secure: bool) -> ConnectFailed:
    failure: ConnectFailed
    number = getattr(error, "errno", None)
    # EBUSY is what glibc's resolver may say when it can open nothing.
    resolver = isinstance(error, socket.gaierror) or number == errno.EBUSY
    if number in (errno.EMFILE, errno.ENFILE) or (resolver and _exhausted()):
        failure = OutOfDescriptors(f"can't connect to {where}: no file descriptor left; raise `ulimit -n`")
    elif isinstance(error, socket.gaierror | UnicodeError):
        why = getattr(error, "strerror", None) or error
        failure = NameNotResolved(f"can't find the address of {where}: {why}")
    elif isinstance(error, tls.SSLCertVerificationError):
        failure = TlsFailed(f"no TLS with {where}: {error.verify_message or error}")
    elif secure:
        why = getattr(error, "reason", None) or str(error) or "the connection ended during the handshake"
        failure = TlsFailed(f"no TLS with {where}: {why}")
    elif number == errno.EADDRNOTAVAIL:
        failure = ConnectFailed(f"can't connect to {where}: {error}; no local port is free")
    else:
        failure = ConnectFailed(f"can't connect to {where}: {error}")
    failure.__cause__ = error
    return failure


def _exhausted() -> bool:
    """Whether no file can be opened; a resolver that needs one calls that a failure of its own."""
    try:
        socket.socket().close()
    except OSError:
        return True
    return False
