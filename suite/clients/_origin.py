"""Origin: where a server is, as its URL says."""

from __future__ import annotations

import functools
import ssl as tls
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from suite.errors import ConfigurationError
from suite.process.redaction import shown_url

_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_UNIX = "http+unix"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a server is: `authority` is host and port as in its URL, `socket` the path of a Unix socket."""

    host: str
    port: int
    authority: str
    path: str
    query: str
    context: tls.SSLContext | None
    socket: str | None = None

    @classmethod
    def of(
        cls, url: str, schemes: tuple[str, str], context: tls.SSLContext | None, *, query: bool = False
    ) -> Origin:
        """The origin of `url`, whose scheme is one of `schemes`: (plain, secure). A fragment is left out.

        `context` replaces the default one. http may also go over a Unix socket: http+unix://%2Frun%2Fapp.sock.
        Raises ConfigurationError for a URL that makes no sense.
        """
        parts: SplitResult | None
        try:
            parts = urlsplit(url)
            unix = parts.scheme == _UNIX and schemes[0] == "http"
            port = parts.port if parts.port is not None else _PORTS.get(parts.scheme, 0)
            usable = unix or (parts.scheme in schemes and bool(parts.hostname) and port != 0)
        except ValueError:  # of a port that is no number
            parts, port, usable, unix = None, 0, False, False
        what = "URL" if query else "base URL"
        fragment = parts is not None and parts.fragment and schemes[0] == "ws"  # RFC 6455, 3: there is none
        if parts is None or not usable or fragment or (parts.query and not query):
            example = f"{schemes[0]}://127.0.0.1:8000"
            raise ConfigurationError(f"{shown_url(url)!r} is no {what}; write it like {example}")
        if "@" in parts.netloc:
            raise ConfigurationError(
                f"{shown_url(url)} was given as a {what} with a user or a password, which would be "
                'shown; send a header instead: headers={"authorization": "Basic ..."}'
            )
        if unix:
            return cls._of_socket(parts)
        if parts.scheme == schemes[0]:
            context = None
        elif context is None:
            context = _default_context()
        return cls(
            parts.hostname or "",
            port,
            parts.netloc,
            parts.path,
            parts.query,
            context,
        )

    @classmethod
    def _of_socket(cls, parts: SplitResult) -> Origin:
        """The path is either the URL's host, percent-encoded, and what follows is a path on the server; or,
        without a host, all of it.
        """
        place, path = (unquote(parts.netloc), parts.path) if parts.netloc else (parts.path, "")
        if not place.startswith("/"):
            raise ConfigurationError(
                f"{shown_url(parts.geturl())!r} names no Unix socket; write its whole path like http+unix://%2Frun%2Fapp.sock"
            )
        return cls("localhost", 0, "localhost", path, parts.query, None, socket=place)

    def at(self, path: str, *, root: bool = False) -> str:
        """The URL of a path there; of one from the server's root on, else below the URL's own."""
        base = "" if root else self.path.rstrip("/")
        return f"http{'' if self.context is None else 's'}://{self.authority}{base}{path}"


@functools.cache
def _default_context() -> tls.SSLContext:
    """One for all: each would read and hold all certificates of the machine's store."""
    return tls.create_default_context()
