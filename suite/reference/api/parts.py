"""What the backend's endpoints share, and who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import StringConstraints

from suite.reference.api.extraction import NoteJobs
from suite.reference.api.limiter import ClientLimiter
from suite.reference.api.settings import ApiSettings
from suite.reference.api.tokens import account_of
from suite.reference.backend.body import NO_NUL
from suite.reference.backend.connections import Connections
from suite.reference.backend.passwords import Passwords
from suite.reference.backend.problem import BackendProblem
from suite.reference.backend.shared_counters import SharedCounters
from suite.reference.backend.tokens import InvalidToken


@dataclass(frozen=True, slots=True)
class ApiParts:
    """Of one process."""

    settings: ApiSettings
    counters: SharedCounters
    connections: Connections
    limiter: ClientLimiter
    passwords: Passwords
    jobs: NoteJobs


async def _parts(request: Request) -> ApiParts:  # a plain function would be called in a thread
    return request.app.state.parts  # type: ignore[no-any-return]


Parts = Annotated[ApiParts, Depends(_parts)]
_bearer = HTTPBearer(auto_error=False, description="The token that /login gives")


async def _caller(
    parts: Parts, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> int:
    """The account that asks. Raises BackendProblem: 401 for an unknown one, 429 when it asks too often."""
    headers = {"WWW-Authenticate": "Bearer"}
    if given is None:
        raise BackendProblem(401, "unauthorized", "send Authorization: Bearer and a token of /login", headers)
    try:
        account = account_of(parts.settings.secret, given.credentials)
    except InvalidToken as error:
        raise BackendProblem(401, "unauthorized", str(error), headers) from None
    await parts.limiter.admit(f"account/{account}")
    return account


async def limit_host(request: Request, parts: Parts) -> None:
    """Count a request that has no account yet for the address that it comes from."""
    await parts.limiter.admit(f"host/{request.client.host if request.client else ''}")


Caller = Annotated[int, Depends(_caller)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=NO_NUL)]
LongText = Annotated[str, StringConstraints(max_length=20_000, pattern=NO_NUL)]
Key = Annotated[int, Path(ge=1, lt=2**31, description="Its id")]
Page = Annotated[int, Query(ge=1, le=100_000, description="From 1")]
Size = Annotated[int, Query(ge=1, le=100, description="Of a page")]


def page_of(rows: list[Any], size: int) -> dict[str, Any]:
    """A page of `rows`, of which one more than `size` was asked for if there are more."""
    return {"items": [row._asdict() for row in rows[:size]], "more": len(rows) > size}
