"""Rooms: what they look like, and what their guests owe. Read through the cache, written through to it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from suite.reference.backend.body import SentBody
from suite.reference.backend.problem import BackendProblem, problems
from suite.reference.hotel.callers import AGENTS
from suite.reference.hotel.models import Room, RoomCharge
from suite.reference.hotel.parts import HotelParts, Shared

router = APIRouter(tags=["rooms"], dependencies=[AGENTS])
_SHOWN = (Room.number, Room.status, Room.balance, Room.version)
RoomNumber = Annotated[int, Path(ge=1, lt=2**31)]


class ShownRoom(BaseModel):
    """A room: `balance` in cents; `version` counts its changes."""

    number: int
    status: str
    balance: int
    version: int


class NewStatus(SentBody):
    """What a room looks like now."""

    status: Literal["clean", "dirty", "occupied"]


class NewCharge(SentBody):
    """What the guest had, in cents."""

    cents: Annotated[int, Field(ge=1, le=1_000_000)]


class MadeCharge(ShownRoom):
    """The charge's id, and the room with it."""

    id: int


@router.get("/rooms/{number}", response_model=ShownRoom, responses=problems(401, 404))
async def read_room(number: RoomNumber, parts: Shared) -> Any:
    """One room."""
    if (found := await parts.cache.get(f"room:{number}")) is not None:
        return found
    async with parts.connections.reading() as connection:
        row = (await connection.execute(select(*_SHOWN).where(Room.number == number))).first()
    return await _told(_there(row, number), parts)


@router.put("/rooms/{number}/status", response_model=ShownRoom, responses=problems(401, 404))
async def set_status(number: RoomNumber, new: NewStatus, parts: Shared) -> Any:
    """Say what it looks like."""
    async with parts.connections.writing() as connection:
        row = await changed(connection, number, status=new.status)
    return await _told(row, parts)


@router.post(
    "/rooms/{number}/charges",
    status_code=201,
    response_model=MadeCharge,
    responses=problems(401, 404),
)
async def charge(number: RoomNumber, new: NewCharge, parts: Shared) -> Any:
    """Charge the room."""
    async with parts.connections.writing() as connection:
        row = await changed(connection, number, balance=Room.balance + new.cents)
        made = insert(RoomCharge).values(room=number, cents=new.cents).returning(RoomCharge.id)
        key = (await connection.execute(made)).scalar_one()
    return {**await _told(row, parts), "id": key}


async def changed(connection: AsyncConnection, number: int, **values: Any) -> Any:
    """The row of a room after a change that the database makes in one step. Raises BackendProblem, 404."""
    query = update(Room).where(Room.number == number).values(version=Room.version + 1, **values)
    return _there((await connection.execute(query.returning(*_SHOWN))).first(), number)


def _there(row: Any, number: int) -> Any:
    if row is None:
        raise BackendProblem(404, "not_found", f"there is no room {number}")
    return row


async def _told(row: Any, parts: HotelParts) -> dict[str, Any]:
    """A room as it is in the database now, which the cache is told too."""
    shown: dict[str, Any] = row._asdict()
    await parts.cache.put(f"room:{row.number}", shown, row.version)
    return shown
