"""A hotel's rooms, desks and staff, made in bulk."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.dialects.postgresql import insert

from suite.reference.backend.body import SentBody
from suite.reference.backend.problem import problems
from suite.reference.hotel.authentication import Password
from suite.reference.hotel.callers import ADMINS
from suite.reference.hotel.models import Room, Staff, VoiceLine
from suite.reference.hotel.parts import Shared
from suite.reference.hotel.roles import ROLES

router = APIRouter(tags=["setup"])
FIRST_ROOM = 101
DESK, ROOM = "desk", "room"
Count = Annotated[int, Field(ge=1, le=5_000)]


class NewHotel(SentBody):
    """How large it is. All of its staff have the same password, so that it is hashed once."""

    rooms: Count
    desks: Count
    staff: Count
    password: Password


class MadeHotel(BaseModel):
    """What it is made of: rooms by number, lines of desks and rooms by name, staff with roles in turn."""

    rooms: list[int]
    desks: list[str]
    staff: list[str]


def line_of(kind: str, number: int) -> str:
    """The name of a line."""
    return f"{kind}-{number}"


@router.post("/setup", status_code=201, dependencies=[ADMINS], responses=problems(401, 403))
async def set_up(new: NewHotel, parts: Shared) -> MadeHotel:
    """Make what of it is not there yet."""
    rooms = list(range(FIRST_ROOM, FIRST_ROOM + new.rooms))
    desks = [line_of(DESK, number) for number in range(1, new.desks + 1)]
    people = {f"staff-{number}": ROLES[number % len(ROLES)] for number in range(new.staff)}
    password = await parts.passwords.hash(new.password)
    lines = [{"name": name, "kind": DESK} for name in desks]
    lines += [{"name": line_of(ROOM, number), "kind": ROOM} for number in rooms]
    staff = [{"name": name, "role": role, "password": password} for name, role in people.items()]
    async with parts.connections.writing() as connection:
        numbers = [{"number": number, "status": "clean", "balance": 0, "version": 0} for number in rooms]
        for table, rows in ((Room, numbers), (VoiceLine, lines), (Staff, staff)):
            await connection.execute(insert(table).on_conflict_do_nothing(), rows)
    return MadeHotel(rooms=rooms, desks=desks, staff=list(people))
