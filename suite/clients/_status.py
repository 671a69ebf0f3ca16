"""What a status means to who asked: as expected, a limit that said no, or a failure."""

from __future__ import annotations

from collections.abc import Collection

from suite.clients._response import Response
from suite.clients.errors import UnexpectedStatus
from suite.errors import Rejected

Statuses = int | Collection[int] | None

TEXTS = tuple(str(status) for status in range(1000))
"""Every status as text, so that counting one makes no new string."""
SENT_AGAIN, UNANSWERED = "sent again", "unanswered"
"""What is counted beside statuses: requests that a server may have got."""
EXCERPT = 200
"""Bytes that are shown of what came with a status that was not expected."""
REPEATABLE = (b"GET ", b"HEAD ", b"PUT ", b"DELETE ", b"OPTIONS ", b"TRACE ")
"""Methods that may be sent once more (RFC 9110, 9.2.2)."""


def judged(response: Response, expect: Statuses, rejected: Statuses) -> Response:
    """`response` if its status is as expected. Raises Rejected or UnexpectedStatus."""
    status = response.status
    if among(status, expect):
        return response
    if among(status, rejected):
        raise Rejected(f"status {status}")
    if expect is None and status < 400:
        return response
    raise UnexpectedStatus(status, response.body[:EXCERPT].decode(errors="replace"))


def among(status: int, statuses: Statuses) -> bool:
    """Whether `status` is one of `statuses`."""
    if statuses is None:
        return False
    return status == statuses if isinstance(statuses, int) else status in statuses
