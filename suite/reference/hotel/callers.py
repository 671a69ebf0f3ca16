"""Who asks, by a token, an API key or a session, and what they may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import select
from starlette.requests import HTTPConnection

from suite.reference.backend.problem import BackendProblem
from suite.reference.backend.tokens import InvalidToken
from suite.reference.hotel.keys import digest
from suite.reference.hotel.models import ApiKey
from suite.reference.hotel.parts import HotelParts, Shared
from suite.reference.hotel.roles import ROLES, Role, allows
from suite.reference.hotel.tokens import read

SESSION, KEY = "X-Session", "X-API-Key"


@dataclass(frozen=True, slots=True)
class HotelCaller:
    """Who asks; `by` is token, key or session."""

    name: str
    role: str
    by: str


async def known_caller(connection: HTTPConnection, parts: HotelParts) -> HotelCaller:
    """Who asks. Raises BackendProblem, 401."""
    headers = connection.headers
    if key := headers.get(KEY):
        return HotelCaller(*await _of_key(key, parts), "key")
    if session := headers.get(SESSION):
        found = await parts.sessions.find(session)
        if found is None:
            raise _unknown("there is no such session, or it has ended")
        return HotelCaller(*found, "session")
    scheme, _, token = headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise _unknown(f"send Authorization: Bearer and a token, {KEY} or {SESSION}")
    try:
        return HotelCaller(*read(parts.settings.secret, token.strip()), "token")
    except InvalidToken as error:
        raise _unknown(str(error)) from None


def need(role: Role) -> Callable[..., Any]:
    """The dependency that gives who asks, if they have `role` or more. Raises BackendProblem: 401, 403."""

    async def allowed(connection: HTTPConnection, parts: Shared) -> HotelCaller:
        caller = await known_caller(connection, parts)
        if not allows(caller.role, role):
            raise BackendProblem(403, "forbidden", f"this takes the role {role}, not {caller.role}")
        return caller

    return allowed


AGENTS, MANAGERS, ADMINS = (Depends(need(role)) for role in ROLES)
"""For endpoints that need to know no more than that who asks may."""
Caller = Annotated[HotelCaller, AGENTS]


async def _of_key(key: str, parts: HotelParts) -> tuple[str, str]:
    """Name and role of an API key; the database is asked about it once in a while."""
    known = digest(key)
    if (found := await parts.cache.get(f"key:{known}")) is not None:
        return found[0], found[1]
    query = select(ApiKey.name, ApiKey.role).where(ApiKey.digest == known)
    async with parts.connections.reading() as connection:
        row = (await connection.execute(query)).first()
    if row is None:
        raise _unknown("there is no such API key")
    await parts.cache.put(f"key:{known}", [row.name, row.role])
    return row.name, row.role


def _unknown(message: str) -> BackendProblem:
    return BackendProblem(401, "unauthorized", message, {"WWW-Authenticate": "Bearer"})
