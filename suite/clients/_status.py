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
_EXCERPT = 200


def judged(response: Response, expect: Statuses, rejected: Statuses) -> Response:
    """`response` if its status is as expected. Raises Rejected or UnexpectedStatus."""
    status = response.status
    if _among(status, expect):
        return response
    if _among(status, rejected):
        raise Rejected(f"status {status}")
    if expect is None and status < 400:
        return response
    raise UnexpectedStatus(status, response.body[:_EXCERPT].decode(errors="replace"))


def _among(status: int, statuses: Statuses) -> bool:
    if statuses is None:
        return False
    return status == statuses if isinstance(statuses, int) else status in statuses
