"""Lines: a call is routed to a desk that is free, and transferred to the line of a room or another desk."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import StringConstraints
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from suite.reference.backend.body import NO_NUL, SentBody
from suite.reference.backend.problem import BackendProblem, problems
from suite.reference.hotel.call_states import CREATED
from suite.reference.hotel.callers import AGENTS
from suite.reference.hotel.calls import CallKey, ShownCall, happened, locked
from suite.reference.hotel.models import VoiceLine
from suite.reference.hotel.parts import Shared
from suite.reference.hotel.setup import DESK

router = APIRouter(tags=["routing"], dependencies=[AGENTS])


class NewTransfer(SentBody):
    """Where to: a line such as room-204 or desk-3."""

    line: Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=NO_NUL)]


async def take_free(connection: AsyncConnection, key: int) -> str | None:
    """The line of a free desk, which the call has now; None: all have one."""
    free = (
        select(VoiceLine.name)
        .where(VoiceLine.kind == DESK, VoiceLine.call_id.is_(None))
        .order_by(VoiceLine.name)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    query = update(VoiceLine).where(VoiceLine.name == free).values(call_id=key).returning(VoiceLine.name)
    return (await connection.execute(query)).scalar()


async def take(connection: AsyncConnection, key: int, line: str) -> bool:
    """Whether the call has that line now; another call may have it."""
    free = (VoiceLine.name == line, VoiceLine.call_id.is_(None))
    query = update(VoiceLine).where(*free).values(call_id=key).returning(VoiceLine.name)
    return (await connection.execute(query)).first() is not None


@router.post("/calls/{key}/route", response_model=ShownCall, responses=problems(401, 404, 409))
async def route(key: CallKey, parts: Shared) -> Any:
    """Give the call the line of a desk that is free. Refused by 503 desks_busy when none is."""
    async with parts.connections.writing() as connection:
        call = await locked(connection, key)
        had = select(VoiceLine.name).where(VoiceLine.call_id == key)
        if (line := (await connection.execute(had)).scalar()) is not None:
            raise BackendProblem(409, "routed", f"call {key} has the line {line}; transfer it")
        if (line := await take_free(connection, key)) is None:
            raise BackendProblem(503, "desks_busy", "all desks have a call", {"Retry-After": "1"})
        row = await happened(connection, call, "routed", call.state, line)
    return {**row._asdict(), "line": line}


@router.post("/calls/{key}/transfer", response_model=ShownCall, responses=problems(401, 404, 409))
async def transfer(key: CallKey, new: NewTransfer, parts: Shared) -> Any:
    """Give the call that line, and its former one back. Refused by 409 line_busy when another call has it."""
    async with parts.connections.writing() as connection:
        call = await locked(connection, key)
        if call.state == CREATED:
            raise BackendProblem(409, "wrong_state", "a call that has not started can't be transferred")
        if not await take(connection, key, new.line):
            known = select(VoiceLine.call_id).where(VoiceLine.name == new.line)
            if (await connection.execute(known)).first() is None:
                raise BackendProblem(404, "not_found", f"there is no line {new.line}")
            raise BackendProblem(409, "line_busy", f"{new.line} has a call")
        former = (VoiceLine.call_id == key, VoiceLine.name != new.line)
        await connection.execute(update(VoiceLine).where(*former).values(call_id=None))
        row = await happened(connection, call, "transferred", call.state, new.line)
    return {**row._asdict(), "line": new.line}
