"""Where a redirect leads (RFC 9110, 15.4)."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from suite.clients._pieces import are_pieces
from suite.clients._response import Response
from suite.clients._verbs import Options
from suite.clients.errors import UnexpectedStatus

_KEEPING = (307, 308)
_REDIRECTS = (301, 302, 303, *_KEEPING)


def leads_to(response: Response, asked: str) -> str | None:
    """The path and query on the same server that a response to the URL `asked` redirects to, if it does.

    Raises UnexpectedStatus for what is no URL, and for another server: a session is with one.
    """
    location = response.headers.get("location")
    if response.status not in _REDIRECTS or location is None:
        return None
    try:
        here, there = urlsplit(asked), urlsplit(urljoin(asked, location))
    except ValueError as error:
        raise UnexpectedStatus(response.status, f"redirects to what is no URL: {error}") from error
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise UnexpectedStatus(
            response.status, f"redirects to another server: {there.scheme}://{there.hostname}"
        )
    return (there.path or "/") + (f"?{there.query}" if there.query else "")


def asked_by(status: int, method: str, options: Options) -> tuple[str, Options]:
    """The method and options of what is asked next.

    Raises UnexpectedStatus where that is a body again that was made while it was sent.
    """
    if status in _KEEPING or method == "HEAD" or (status != 303 and method != "POST"):
        if are_pieces(options.get("body")):
            raise UnexpectedStatus(status, "redirects a body that comes in pieces, and is gone")
        return method, options
    return "GET", {"headers": options.get("headers"), "timeout": options.get("timeout")}
