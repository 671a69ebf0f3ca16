"""A therapist's patients."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from suite.reference.api.models import Patient
from suite.reference.api.parts import Caller, Key, Name, Page, Parts, Size, page_of
from suite.reference.backend.body import SentBody
from suite.reference.backend.problem import BackendProblem, problems

router = APIRouter(prefix="/patients", tags=["patients"])
_SHOWN = (Patient.id, Patient.name)


class NewPatient(SentBody):
    """Somebody who comes."""

    name: Name


class ShownPatient(BaseModel):
    """One patient."""

    id: int
    name: str


class PatientPage(BaseModel):
    """Some of them, and whether there are more."""

    items: list[ShownPatient]
    more: bool


async def own_patient(connection: AsyncConnection, caller: int, key: int) -> Any:
    """The row of one of the caller's own. Raises BackendProblem, 404, for another's as for none."""
    query = select(*_SHOWN).where(Patient.id == key, Patient.therapist_id == caller)
    if (found := (await connection.execute(query)).first()) is None:
        raise BackendProblem(404, "not_found", f"you have no patient {key}")
    return found


@router.get("", response_model=PatientPage, responses=problems(401, 429))
async def list_patients(caller: Caller, parts: Parts, page: Page = 1, size: Size = 20) -> Any:
    """The caller's own, by name."""
    query = select(*_SHOWN).where(Patient.therapist_id == caller).order_by(Patient.name, Patient.id)
    query = query.limit(size + 1).offset((page - 1) * size)
    async with parts.connections.reading() as connection:
        return page_of(list(await connection.execute(query)), size)


@router.post("", status_code=201, response_model=ShownPatient, responses=problems(401, 409, 429))
async def add_patient(new: NewPatient, caller: Caller, parts: Parts) -> Any:
    """One more."""
    made = insert(Patient).values(therapist_id=caller, name=new.name).returning(*_SHOWN)
    async with parts.connections.writing() as connection:
        return (await connection.execute(made)).one()._asdict()


@router.get("/{key}", response_model=ShownPatient, responses=problems(401, 404, 429))
async def read_patient(key: Key, caller: Caller, parts: Parts) -> Any:
    """One of the caller's own."""
    async with parts.connections.reading() as connection:
        return (await own_patient(connection, caller, key))._asdict()
