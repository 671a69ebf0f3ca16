"""Making connections, and saying in one word why that did not work."""

from __future__ import annotations

import asyncio
import errno
import functools
import socket
import ssl as tls
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from suite.clients.errors import ConnectFailed, ConnectTimedOut, NameNotResolved, OutOfDescriptors, TlsFailed
from suite.errors import ConfigurationError

P = TypeVar("P", bound=asyncio.Protocol)
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a server is: `authority` is host and port as in its URL."""

    host: str
    port: int
    authority: str
    path: str
    query: str
    context: tls.SSLContext | None

    @classmethod
    def of(
        cls, url: str, schemes: tuple[str, str], context: tls.SSLContext | None, *, query: bool = False
    ) -> Origin:
        """The origin of `url`, whose scheme is one of `schemes`: (plain, secure).

        `context` replaces the default one. Raises ConfigurationError for a URL that makes no sense.
        """
        parts: SplitResult | None
        try:
            parts = urlsplit(url)
            usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:  # of a port that is no number
            parts, usable = None, False
        if (
            parts is None
            or not usable
            or (parts.query and not query)
            or parts.fragment
            or "@" in parts.netloc
        ):
            what = "URL" if query else "base URL"
            raise ConfigurationError(f"{url!r} is no {what}; write it like {schemes[0]}://127.0.0.1:8000")
        if parts.scheme == schemes[0]:
            context = None
        elif context is None:
            context = _default_context()
        return cls(
            parts.hostname or "",
            parts.port or _PORTS[parts.scheme],
            parts.netloc,
            parts.path,
            parts.query,
            context,
        )


@functools.cache
def _default_context() -> tls.SSLContext:
    """One for all: each would read and hold all certificates of the machine's store."""
    return tls.create_default_context()


async def dial(origin: Origin, seconds: float, protocol: Callable[[socket.socket | None], P]) -> P:
    """A connection to `origin`; `protocol` is given the socket, or None under TLS.

    Raises ConnectFailed or one of its kinds.
    """
    where = f"{origin.host}:{origin.port}"
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
    for family, kind, protocol, _, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_connect(sock, address)
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure or OSError("the host has no address")


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
