"""What the backend offers of its property management system."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Response
from pydantic import BaseModel, StringConstraints

from suite.reference.backend.body import NO_NUL, SentBody
from suite.reference.backend.problem import BackendProblem, problems
from suite.reference.hotel.callers import AGENTS
from suite.reference.hotel.parts import Shared
from suite.reference.hotel.pms.service import PmsService
from suite.reference.hotel.pms.stay import Stay

router = APIRouter(
    prefix="/pms", tags=["property management"], dependencies=[AGENTS], responses=problems(401)
)
Number = Annotated[int, Path(ge=1, lt=2**31, description="Of the record in the PMS")]
_Short = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=NO_NUL)]
_Wishes = Annotated[str, StringConstraints(max_length=400, pattern=NO_NUL)]
_Language = Annotated[str, StringConstraints(pattern="^[a-z]{2}$")]
_Key = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[\x21-\x7e]+$")]
_UNSURE = problems(502, 504)


class GuestChange(SentBody):
    """What is changed of a guest; what is left out stays."""

    name: _Short | None = None
    email: _Short | None = None
    phone: _Short | None = None
    language: _Language | None = None
    wishes: _Wishes | None = None


class ShownGuest(BaseModel):
    """A guest; `version` counts the changes."""

    id: int
    name: str
    email: str
    phone: str
    language: str
    wishes: str
    version: int


class ShownReservation(BaseModel):
    """A reservation; `key` is that of the booking."""

    id: int
    guest: int
    room: int
    arrival: str
    departure: str
    version: int
    key: str | None


class ShownBooking(BaseModel):
    """A booking: asked (nobody knows whether it is made), booked or refused."""

    key: str
    guest: int
    room: int
    arrival: str
    departure: str
    state: str
    reservation: int | None


class Synchronised(BaseModel):
    """How many records had changed."""

    guests: int
    reservations: int


async def _service(parts: Shared) -> PmsService:  # a plain function would be called in a thread
    return parts.pms


Pms = Annotated[PmsService, Depends(_service)]


@router.get("/reservations/{number}", response_model=ShownReservation, responses=problems(404) | _UNSURE)
async def read_reservation(number: Number, pms: Pms) -> Any:
    """One reservation."""
    return await pms.connector.find("reservations", number)


@router.get("/guests/{number}", response_model=ShownGuest, responses=problems(404) | _UNSURE)
async def read_guest(number: Number, pms: Pms, response: Response) -> Any:
    """One guest; the version is the ETag."""
    return _tagged(await pms.connector.find("guests", number), response)


@router.put("/guests/{number}", response_model=ShownGuest, responses=problems(404, 412, 428) | _UNSURE)
async def write_guest(
    number: Number,
    change: GuestChange,
    pms: Pms,
    response: Response,
    if_match: Annotated[str | None, Header(description='The version that is changed: "3"')] = None,
) -> Any:
    """Change a guest that nobody has changed since; else 412, with the version by now as ETag."""
    version = (if_match or "").strip('"')
    if not version.isdecimal() or len(version) > 9 or not version.isascii():
        raise BackendProblem(428, "version_needed", 'say which version you change: If-Match: "3"')
    fields = change.model_dump(exclude_none=True)
    key = secrets.token_hex(8)
    return _tagged(await pms.connector.write_guest(number, int(version), key, fields), response)


@router.post(
    "/bookings", status_code=201, response_model=ShownReservation, responses=problems(404, 409) | _UNSURE
)
async def book(
    stay: Stay,
    pms: Pms,
    idempotency_key: Annotated[_Key, Header(description="Names the booking: asked again, it is made once")],
) -> Any:
    """Book a room; 409 if it is taken. After 502, 503 or 504 ask again, with the same key."""
    return await pms.bookings.book(idempotency_key, stay.model_dump(mode="json"))


@router.get("/bookings/{key}", response_model=ShownBooking, responses=problems(404))
async def read_booking(key: Annotated[_Key, Path()], pms: Pms) -> Any:
    """What is known of a booking."""
    return await pms.bookings.find(key)


@router.post("/sync", responses=_UNSURE)
async def synchronise(pms: Pms) -> Synchronised:
    """Copy what has changed in the PMS into the hotel's own database."""
    return Synchronised(**await pms.mirror.synchronise())


@router.get("/state")
async def state(pms: Pms) -> dict[str, Any]:
    """The breaker of each server, and of Redis, with what it went through: monotonic seconds."""
    breakers = [*(one.breaker for one in pms.connector.endpoints), pms.connector.cache.breaker]
    return {
        one.server: {"state": one.state, "changes": [change._asdict() for change in one.changes]}
        for one in breakers
    }


def _tagged(record: dict[str, Any], response: Response) -> dict[str, Any]:
    response.headers["ETag"] = f'"{record["version"]}"'
    return record
