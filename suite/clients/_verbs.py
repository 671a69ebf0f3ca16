"""Short forms of `request`, the same for a session and for a pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypedDict, TypeVar, Unpack

from suite.clients._multipart import Fields, Files
from suite.clients._pieces import Pieces
from suite.clients._status import Statuses
from suite.clients._timeouts import Timeouts
from suite.contract.loop import Duration

A_co = TypeVar("A_co", covariant=True)


class Options(TypedDict, total=False):
    """What `request` takes by keyword, and with it all its short forms."""

    json: Any
    body: bytes | Pieces | None
    data: Fields | None
    files: Files | None
    headers: Mapping[str, str] | None
    expect: Statuses
    rejected: Statuses
    redirects: int
    timeout: Duration | Timeouts | None


class Verbs(Generic[A_co]):
    """Methods of HTTP as methods; all take the options of `request`."""

    __slots__ = ()

    def request(self, method: str, path: str, **options: Unpack[Options]) -> A_co:
        """Send a request."""
        raise NotImplementedError

    def head(self, path: str, **options: Unpack[Options]) -> A_co:
        """HEAD `path`; the response has no body."""
        return self.request("HEAD", path, **options)

    def delete(self, path: str, **options: Unpack[Options]) -> A_co:
        """DELETE `path`."""
        return self.request("DELETE", path, **options)

    def post(self, path: str, **options: Unpack[Options]) -> A_co:
        """POST to `path`."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Unpack[Options]) -> A_co:
        """PUT to `path`."""
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Unpack[Options]) -> A_co:
        """PATCH `path`."""
        return self.request("PATCH", path, **options)
