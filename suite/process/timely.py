"""Connections whose whole exchange has a time: that of a socket begins anew with every byte, that of a name
with each of its addresses.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from suite.process.within import within

_LEAST = 0.001
"""Seconds: none would be no limit."""


def opener() -> urllib.request.OpenerDirector:
    """What opens http and https, by the proxies of the environment. `timeout=` of its `open` is for a whole
    answer, with what leads to it by a redirect.
    """
    made = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(), urllib.request.UnknownHandler(), _Http(), _Https(),
        urllib.request.HTTPDefaultErrorHandler(), urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):  # fmt: skip
        made.add_handler(handler)
    return made


class TimelyConnection(http.client.HTTPConnection):
    """One request, answered within `timeout` seconds of connecting, or TimeoutError."""

    def connect(self) -> None:
        end = time.monotonic() + float(self.timeout or 0.0)
        self._create_connection = partial(_dialled, end)
        super().connect()
        self.sock = cast(Any, TimelySocket(self.sock, end))


class TimelyTlsConnection(http.client.HTTPSConnection):
    """The same over TLS."""

    def connect(self) -> None:
        end = time.monotonic() + float(self.timeout or 0.0)
        self._create_connection = partial(_dialled, end)
        super().connect()
        self.sock = cast(Any, TimelySocket(self.sock, end))


class _Http(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> Any:
        return _opened(partial(self.do_open, TimelyConnection), req)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> Any:
        return _opened(partial(self.do_open, TimelyTlsConnection), req)


def _opened(do_open: Callable[[urllib.request.Request], Any], req: urllib.request.Request) -> Any:
    """What it gives; a request that a redirect makes of `req` has the time that is left of its own."""
    end = time.monotonic() + float(req.timeout or 0.0)
    answer = do_open(req)
    req.timeout = max(end - time.monotonic(), _LEAST)
    return answer


def _dialled(end: float, address: tuple[str, int], *_: Any) -> socket.socket:
    """A socket that is connected by `end`: the addresses of a name share the time. Raises OSError."""
    addresses = _resolved(address, _left(end))
    failed: OSError = OSError(f"{address[0]} has no address")
    for index, (family, kind, protocol, _name, where) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(_left(end) / (len(addresses) - index))
            sock.connect(where)
            sock.settimeout(_left(end))
        except OSError as error:
            failed = error
            sock.close()
        else:
            return sock
    raise failed


def _resolved(address: tuple[str, int], seconds: float) -> list[Any]:
    """Its addresses. A resolver takes no time-out: after so many seconds nobody waits for it."""
    return within(seconds, partial(socket.getaddrinfo, *address, 0, socket.SOCK_STREAM))


class TimelySocket:
    """As much of a socket as an exchange takes that is over by `end` (monotonic). Raises OSError."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        self._sock = sock
        self._end = end

    @classmethod
    def dialled(cls, host: str, port: int, seconds: float) -> TimelySocket:
        """One to `host`, for so many seconds, until it is connected included."""
        end = time.monotonic() + seconds
        return cls(_dialled(end, (host, port)), end)

    def __enter__(self) -> TimelySocket:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def sendall(self, data: Any) -> None:
        self._sock.settimeout(_left(self._end))
        self._sock.sendall(data)

    def makefile(self, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(_TimelyReader(self._sock, self._end))

    def close(self) -> None:
        self._sock.close()


class _TimelyReader(io.RawIOBase):
    def __init__(self, sock: socket.socket, end: float) -> None:
        self._sock = sock
        self._end = end
        self._file = sock.makefile("rb", buffering=0)  # the socket stays open for as long as that is

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_left(self._end))
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left
