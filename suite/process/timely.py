"""HTTP connections whose whole answer has a time: a time-out of a socket begins anew with every byte."""

from __future__ import annotations

import http.client
import io
import socket
import time
import urllib.request
from typing import Any, cast


def opener() -> urllib.request.OpenerDirector:
    """What opens http and https, by the proxies of the environment. `timeout=` of its `open` is for a whole
    answer, and begins anew with a redirect.
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
        super().connect()
        self.sock = cast(Any, _TimelySocket(self.sock, end))


class TimelyTlsConnection(http.client.HTTPSConnection):
    """The same over TLS."""

    def connect(self) -> None:
        end = time.monotonic() + float(self.timeout or 0.0)
        super().connect()
        self.sock = cast(Any, _TimelySocket(self.sock, end))


class _Http(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(TimelyConnection, req)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(TimelyTlsConnection, req)


class _TimelySocket:
    """As much of a socket as http.client asks for."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        self._sock = sock
        self._end = end

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
