"""Logins, sessions, API keys."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, StringConstraints
from sqlalchemy import insert, select

from suite.reference.backend.body import NO_NUL, SentBody
from suite.reference.backend.problem import BackendProblem, problems
from suite.reference.hotel.callers import ADMINS, SESSION, Caller
from suite.reference.hotel.keys import digest
from suite.reference.hotel.models import ApiKey, Staff
from suite.reference.hotel.parts import Shared
from suite.reference.hotel.roles import Role
from suite.reference.hotel.tokens import issued

router = APIRouter(tags=["authentication"])
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=NO_NUL)]
Password = Annotated[str, StringConstraints(min_length=8, max_length=200)]


class StaffLogin(SentBody):
    """What proves who somebody is."""

    name: Name
    password: Password


class LoginToken(BaseModel):
    """What is sent with further requests, as Authorization: Bearer."""

    token: str
    seconds: int


class ShownCaller(BaseModel):
    """Who asks, and by what they proved it: token, key, session."""

    name: str
    role: Role
    by: str


class BegunSession(BaseModel):
    """What is sent with further requests, as X-Session."""

    session: str
    seconds: int


class NewKey(SentBody):
    """A program that is to be let in."""

    name: Name
    role: Role


class IssuedKey(BaseModel):
    """Its key, which nobody can be told again."""

    key: str


@router.post("/login", responses=problems(401))
async def log_in(login: StaffLogin, parts: Shared) -> LoginToken:
    """A token for the right password."""
    async with parts.connections.reading() as connection:
        query = select(Staff.password, Staff.role).where(Staff.name == login.name)
        found = (await connection.execute(query)).first()
    if not await parts.passwords.verify(found and found.password, login.password) or found is None:
        raise BackendProblem(401, "unauthorized", "nobody has this name, or another password")
    seconds = parts.settings.token_seconds
    return LoginToken(token=issued(parts.settings.secret, login.name, found.role, seconds), seconds=seconds)


@router.get("/me", response_model=ShownCaller, responses=problems(401))
async def me(caller: Caller) -> Any:
    """Who asks."""
    return caller


@router.post("/sessions", status_code=201, responses=problems(401))
async def begin_session(caller: Caller, parts: Shared) -> BegunSession:
    """A session of who asks."""
    key = await parts.sessions.begin(caller.name, caller.role)
    return BegunSession(session=key, seconds=parts.settings.session_seconds)


@router.get("/sessions/current", response_model=ShownCaller, responses=problems(401))
async def read_session(caller: Caller) -> Any:
    """Whose session it is; asking keeps it alive."""
    if caller.by != "session":
        raise BackendProblem(401, "unauthorized", f"send {SESSION}")
    return caller


@router.delete("/sessions/current", status_code=204, responses=problems(401))
async def end_session(caller: Caller, request: Request, parts: Shared) -> Response:
    """End the session of who asks."""
    if caller.by != "session":
        raise BackendProblem(401, "unauthorized", f"send {SESSION}")
    await parts.sessions.end(request.headers[SESSION])
    return Response(status_code=204)


@router.post("/keys", status_code=201, dependencies=[ADMINS], responses=problems(401, 403))
async def make_key(new: NewKey, parts: Shared) -> IssuedKey:
    """An API key of that role."""
    key = secrets.token_urlsafe(32)
    async with parts.connections.writing() as connection:
        await connection.execute(insert(ApiKey).values(digest=digest(key), **new.model_dump()))
    return IssuedKey(key=key)
