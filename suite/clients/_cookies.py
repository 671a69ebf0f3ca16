"""The cookies of one session with one origin (RFC 6265, what of it one origin needs)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from math import inf
from types import MappingProxyType

from suite.clients._response import final_head

_MOST = 300


@dataclass(frozen=True, slots=True)
class _Cookie:
    value: str
    expires: float  # s since the epoch
    secure: bool


class CookieJar:
    """Takes `Set-Cookie` lines and makes `Cookie` lines.

    Path, Expires, Max-Age, Secure and a Domain that does not fit are respected. There is one origin, so
    that all else about domains, and HttpOnly and SameSite, make no difference.
    """

    __slots__ = ("_cookies", "_host", "_secure")

    def __init__(self, host: str, *, secure: bool) -> None:
        self._host = host.lower()
        self._secure = secure
        self._cookies: dict[tuple[str, str], _Cookie] = {}  # by name and path

    def __bool__(self) -> bool:
        return bool(self._cookies)

    def values(self) -> Mapping[str, str]:
        """Values of cookies that have not expired, by name."""
        now = time.time()
        return MappingProxyType(
            {name: cookie.value for (name, _), cookie in self._cookies.items() if cookie.expires > now}
        )

    def take(self, raw: bytes, path: str) -> None:
        """Take the cookies that the response beginning with `raw` to a request for `path` sets."""
        for line in final_head(raw).decode("latin-1").split("\r\n")[1:]:
            name, _, text = line.partition(":")
            if name.lower() == "set-cookie":
                self._set(text, path)

    def line(self, path: str) -> str:
        """What to send after `cookie: ` with a request for `path`; empty for nothing. Longest paths first."""
        now = time.time()
        fit = []
        for (name, below), cookie in list(self._cookies.items()):
            if cookie.expires <= now:
                del self._cookies[name, below]
            elif _within(path, below) and (self._secure or not cookie.secure):
                fit.append((len(below), f"{name}={cookie.value}" if name else cookie.value))
        return "; ".join(pair for _, pair in sorted(fit, key=lambda item: -item[0]))

    def applied(self, request: bytes) -> bytes:
        """`request` with what it should carry of our cookies."""
        end = request.find(b"\r\n")
        line = self.line(path_of(request))
        if not line:
            return request
        cookies = line.encode("latin-1")
        head = request.find(b"\r\n\r\n")
        own = request.find(b"\r\ncookie: ", 0, head)
        if own >= 0:  # one of the user's own: a request has one such line only
            return request[: own + 10] + cookies + b"; " + request[own + 10 :]
        return request[:end] + b"\r\ncookie: " + cookies + request[end:]

    def _set(self, text: str, asked: str) -> None:
        pair, *attributes = text.split(";")
        name, equals, value = pair.partition("=")
        if not equals:
            name, value = "", name
        name, value = name.strip(" \t"), value.strip(" \t")
        expires, age, path, secure = inf, None, _default_path(asked), False
        for attribute in attributes:
            key, _, argument = attribute.partition("=")
            argument = argument.strip(" \t")
            match key.strip(" \t").lower():
                case "expires":
                    expires = _date(argument, expires)
                case "max-age":
                    age = _seconds(argument, age)
                case "path":
                    path = argument if argument.startswith("/") else _default_path(asked)
                case "domain" if not self._ours(argument):
                    return
                case "secure":
                    secure = True
        if not (name or value):
            return
        expires = expires if age is None else time.time() + age
        if expires <= time.time():
            self._cookies.pop((name, path), None)
        elif (name, path) in self._cookies or len(self._cookies) < _MOST:
            self._cookies[name, path] = _Cookie(value, expires, secure)

    def _ours(self, domain: str) -> bool:
        domain = domain.lstrip(".").lower()
        return not domain or self._host == domain or self._host.endswith("." + domain)


def path_of(request: bytes) -> str:
    """The path that an encoded request asks for, without its query."""
    return request[: request.find(b"\r\n")].split(b" ")[1].partition(b"?")[0].decode("latin-1")


def _default_path(path: str) -> str:
    return path[: path.rfind("/")] or "/"


def _within(path: str, below: str) -> bool:
    return path == below or (path.startswith(below) and (below.endswith("/") or path[len(below)] == "/"))


def _date(text: str, otherwise: float) -> float:
    # Netscape's form has dashes where everybody else's has blanks.
    try:
        return parsedate_to_datetime(text.replace("-", " ").replace(" 0000", " -0000")).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return otherwise


def _seconds(text: str, otherwise: int | None) -> int | None:
    try:
        return int(text[:18])
    except ValueError:
        return otherwise
