"""The hotel at a glance, for its managers."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import func, select

from suite.reference.backend.problem import problems
from suite.reference.hotel.callers import MANAGERS
from suite.reference.hotel.models import Room, VoiceCall
from suite.reference.hotel.parts import Shared

router = APIRouter(tags=["report"], dependencies=[MANAGERS])


class HotelReport(BaseModel):
    """The whole hotel."""

    rooms: int
    owed: int
    calls: int


@router.get("/report", responses=problems(401, 403))
async def report(parts: Shared) -> HotelReport:
    """The hotel at a glance."""
    rooms = select(func.count(), func.coalesce(func.sum(Room.balance), 0)).select_from(Room)
    calls = select(func.count()).select_from(VoiceCall)
    async with parts.connections.reading() as connection:
        count, owed = (await connection.execute(rooms)).one()
        return HotelReport(rooms=count, owed=owed, calls=(await connection.execute(calls)).scalar_one())
