"""Calls: made, and what happens in them, event by event."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from suite.reference.backend.body import NO_NUL, SentBody
from suite.reference.backend.problem import BackendProblem, problems
from suite.reference.hotel.call_states import ENDED, EventKind, after
from suite.reference.hotel.callers import AGENTS
from suite.reference.hotel.models import CallEvent, VoiceCall, VoiceLine
from suite.reference.hotel.parts import Shared

router = APIRouter(tags=["calls"], dependencies=[AGENTS])
CallKey = Annotated[int, Path(ge=1, lt=2**31)]
COLUMNS = (
    VoiceCall.id, VoiceCall.caller, VoiceCall.state, VoiceCall.events, VoiceCall.frames_up,
    VoiceCall.frames_down,
)  # fmt: skip


class NewCall(SentBody):
    """Who calls."""

    caller: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=NO_NUL)]


class NewEvent(SentBody):
    """What happened: its number is one more than that of the call's last event, so that none counts twice."""

    number: Annotated[int, Field(ge=1, lt=2**31)]
    kind: EventKind


class ShownCall(BaseModel):
    """A call: the number of its last event, its line, and the audio frames that each leg sent."""

    id: int
    caller: str
    state: str
    events: int
    line: str | None
    frames_up: int
    frames_down: int


async def locked(connection: AsyncConnection, key: int) -> Any:
    """A call's row, which nobody else changes until the transaction ends. Raises BackendProblem: 404, 409."""
    query = select(*COLUMNS).where(VoiceCall.id == key).with_for_update()
    row = (await connection.execute(query)).first()
    if row is None:
        raise unknown(key)
    if row.state == ENDED:
        raise ended(key)
    return row


async def going_on(connection: AsyncConnection, key: int) -> None:
    """Raise BackendProblem, 404 or 409, unless there is such a call, and it has not ended."""
    state = (await connection.execute(select(VoiceCall.state).where(VoiceCall.id == key))).scalar()
    if state is None:
        raise unknown(key)
    if state == ENDED:
        raise ended(key)


def ended(key: int) -> BackendProblem:
    """The call is over."""
    return BackendProblem(409, "ended", f"call {key} has ended")


def unknown(key: int) -> BackendProblem:
    """There is no such call."""
    return BackendProblem(404, "not_found", f"there is no call {key}")


async def happened(connection: AsyncConnection, call: Any, kind: str, state: str, note: str = "") -> Any:
    """Write down the next event of a locked call and its new state; the call's row after that."""
    number = call.events + 1
    event = insert(CallEvent).values(call_id=call.id, number=number, kind=kind, note=note)
    await connection.execute(event)
    query = update(VoiceCall).where(VoiceCall.id == call.id).values(state=state, events=number)
    return (await connection.execute(query.returning(*COLUMNS))).one()


@router.post("/calls", status_code=201, response_model=ShownCall, responses=problems(401))
async def create(new: NewCall, parts: Shared) -> Any:
    """A call comes in."""
    made = insert(VoiceCall).values(caller=new.caller, state="created", events=0, frames_up=0, frames_down=0)
    async with parts.connections.writing() as connection:
        row = (await connection.execute(made.returning(*COLUMNS))).one()
    return {**row._asdict(), "line": None}


@router.get("/calls/{key}", response_model=ShownCall, responses=problems(401, 404))
async def read_call(key: CallKey, parts: Shared) -> Any:
    """One call."""
    query = (
        select(*COLUMNS, VoiceLine.name.label("line"))
        .outerjoin(VoiceLine, VoiceLine.call_id == VoiceCall.id)
        .where(VoiceCall.id == key)
    )
    async with parts.connections.reading() as connection:
        if (row := (await connection.execute(query)).first()) is None:
            raise unknown(key)
    return row._asdict()


@router.post(
    "/calls/{key}/events", status_code=201, response_model=ShownCall, responses=problems(401, 404, 409)
)
async def add_event(key: CallKey, new: NewEvent, parts: Shared) -> Any:
    """Something happened in a call. What happened already, or can't happen now, is refused by 409."""
    async with parts.connections.writing() as connection:
        call = await locked(connection, key)
        if new.number <= call.events:
            raise BackendProblem(409, "double_event", f"event {new.number} of call {key} is known already")
        if new.number > call.events + 1:
            raise BackendProblem(409, "event_missing", f"event {call.events + 1} of call {key} comes first")
        if (state := after(call.state, new.kind)) is None:
            raise BackendProblem(409, "wrong_state", f"a call that is {call.state} can't be {new.kind}")
        row = await happened(connection, call, new.kind, state)
        line = None
        mine = VoiceLine.call_id == key
        if state == ENDED:
            await connection.execute(update(VoiceLine).where(mine).values(call_id=None))
        else:
            line = (await connection.execute(select(VoiceLine.name).where(mine))).scalar()
    if state == ENDED:
        parts.switchboard.end(key)
    return {**row._asdict(), "line": line}
