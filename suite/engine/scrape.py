"""One HTTP answer, within a time and a size: what an observer needs, and nothing of a client for load."""

from __future__ import annotations

import http.client
from urllib.parse import quote, urljoin, urlsplit

from suite.process.redaction import without_password
from suite.process.timely import TimelyConnection, TimelyTlsConnection

_LARGEST = 16_000_000
"""Bytes of a body; a large exposition has some 100 kB."""
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 3
_KEPT = "".join(map(chr, range(0x21, 0x7F)))
"""Of a path what is printable; other bytes, as they came, are written like %C3."""
_HEADERS = {
    "Accept": "text/plain; version=0.0.4, application/json; q=0.9, */*; q=0.1",
    "Connection": "close",
    "User-Agent": "loadledger-observe",
}


class Unanswered(Exception):
    """There is no answer to use: a short `kind`, and what there is to say of it."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind


def fetched(url: str, seconds: float) -> tuple[bytes, str]:
    """The body of a GET over a connection of its own, and the URL that it came from, redirects followed.

    Raises Unanswered.
    """
    for _ in range(_MOST_REDIRECTS + 1):
        body, target = _got(url, seconds)
        if target is None:
            return body, url
        try:
            url = _joined(url, target)
        except ValueError as error:
            raise Unanswered("redirects", f"redirects to what is no URL: {error}") from None
    raise Unanswered(
        "redirects", f"redirects more than {_MOST_REDIRECTS} times, at last to {without_password(url)}"
    )


def _joined(url: str, target: str) -> str:
    """Where a redirect leads, as it can be asked for. Raises ValueError."""
    parts = urlsplit(urljoin(url, target))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError(f"{without_password(target)!r}")
    parts.hostname.encode("idna")
    raw = parts.path.encode("latin-1", "replace"), parts.query.encode("latin-1", "replace")
    path, query = (quote(part, safe=_KEPT) for part in raw)
    return parts._replace(path=path, query=query, fragment="").geturl()


def _got(url: str, seconds: float) -> tuple[bytes, str | None]:
    """A body, or where it is redirected to."""
    parts = urlsplit(url)
    kind = TimelyTlsConnection if parts.scheme == "https" else TimelyConnection
    connection = kind(parts.hostname or "", parts.port, timeout=seconds)
    begun = False
    try:
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request("GET", path, headers=_HEADERS)
        answer = connection.getresponse()
        begun = True
        if answer.status in _REDIRECTS and (target := answer.getheader("Location")):
            return b"", target
        if not 200 <= answer.status < 300:
            raise Unanswered(f"status {answer.status}", f"answers with status {answer.status}")
        body = answer.read(_LARGEST + 1)
    except TimeoutError:
        raise Unanswered(
            "timeout", f"gives no {'whole ' if begun else ''}answer within {seconds:g} s"
        ) from None
    except (OSError, http.client.HTTPException) as error:
        raise Unanswered(type(error).__name__, f"can't be read: {error or type(error).__name__}") from None
    finally:
        connection.close()
    if len(body) > _LARGEST:
        raise Unanswered("too large", f"answers with more than {_LARGEST / 1e6:g} MB")
    if answer.length:
        raise Unanswered("cut off", f"ends its answer {answer.length:,} bytes early")
    return body, None
