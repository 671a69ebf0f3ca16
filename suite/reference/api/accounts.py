"""Accounts and login."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, StringConstraints
from sqlalchemy import insert, select

from suite.reference.api.models import Account
from suite.reference.api.parts import Caller, Name, Parts, limit_host
from suite.reference.api.tokens import issue
from suite.reference.backend.body import SentBody
from suite.reference.backend.problem import BackendProblem, problems

router = APIRouter(tags=["accounts"])
Email = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$", to_lower=True)]
Password = Annotated[str, StringConstraints(min_length=8, max_length=200)]


class NewAccount(SentBody):
    """A therapist who signs up."""

    email: Email
    name: Name
    password: Password


class Login(SentBody):
    """What proves an account."""

    email: Email
    password: Password


class Token(BaseModel):
    """What is sent with every further request."""

    token: str
    seconds: int


class ShownAccount(BaseModel):
    """An account as others may see it."""

    id: int
    email: str
    name: str


@router.post("/accounts", status_code=201, dependencies=[Depends(limit_host)], responses=problems(409, 429))
async def sign_up(new: NewAccount, parts: Parts) -> ShownAccount:
    """Make an account."""
    password = await parts.passwords.hash(new.password)
    made = insert(Account).values(email=new.email, name=new.name, password=password).returning(Account.id)
    async with parts.connections.writing() as connection:
        key = (await connection.execute(made)).scalar_one()
    return ShownAccount(id=key, email=new.email, name=new.name)


@router.post("/login", responses=problems(401, 429))
async def log_in(login: Login, parts: Parts) -> Token:
    """A token for the right password. Tries are counted by account, wherever they come from."""
    await parts.limiter.admit(f"login/{login.email}")
    async with parts.connections.reading() as connection:
        found = (
            await connection.execute(select(Account.id, Account.password).where(Account.email == login.email))
        ).first()
    if not await parts.passwords.verify(found and found.password, login.password) or found is None:
        raise BackendProblem(401, "unauthorized", "no such account, or another password")
    seconds = parts.settings.token_seconds
    return Token(token=issue(parts.settings.secret, found.id, seconds), seconds=seconds)


@router.get("/me", responses=problems(401, 404, 429))
async def me(caller: Caller, parts: Parts) -> ShownAccount:
    """The account that asks."""
    query = select(Account.id, Account.email, Account.name).where(Account.id == caller)
    async with parts.connections.reading() as connection:
        found = (await connection.execute(query)).first()
    if found is None:
        raise BackendProblem(404, "not_found", "this account is gone")
    return ShownAccount(**found._asdict())
