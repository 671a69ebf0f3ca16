"""Sessions with patients: read, written, and summed up."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from suite.reference.api.models import Patient, TherapySession
from suite.reference.api.parts import Caller, Key, LongText, Page, Parts, Size, page_of
from suite.reference.api.patients import own_patient
from suite.reference.backend.body import SentBody
from suite.reference.backend.problem import BackendProblem, problems

router = APIRouter(tags=["sessions"])
_SHOWN = (
    TherapySession.id, TherapySession.patient_id, TherapySession.started_at, TherapySession.minutes,
)  # fmt: skip
_LATEST = 253_402_300_799
"""The last second of the year 9999."""
_MONTH = 30 * 86_400
Moment = Annotated[int, Field(ge=0, le=_LATEST, description="Seconds since 1970")]


class NewSession(SentBody):
    """What took place."""

    patient_id: Annotated[int, Field(ge=1, lt=2**31)]
    started_at: Moment
    minutes: Annotated[int, Field(ge=1, le=1440)]
    summary: LongText = ""


class ListedSession(BaseModel):
    """One of a list."""

    id: int
    patient_id: int
    started_at: int
    minutes: int


class ShownSession(ListedSession):
    """One session, whole."""

    summary: str
    has_audio: bool


class SessionPage(BaseModel):
    """Some of them, and whether there are more."""

    items: list[ListedSession]
    more: bool


class PatientLoad(BaseModel):
    """What one patient had."""

    patient_id: int
    name: str
    sessions: int
    minutes: int
    longest: int
    busiest_month: int


class Caseload(BaseModel):
    """What a therapist did."""

    sessions: int
    minutes: int
    patients: list[PatientLoad]


async def own_session(connection: AsyncConnection, caller: int, key: int) -> Any:
    """The row of one of the caller's own. Raises BackendProblem, 404, for another's as for none."""
    columns = (*_SHOWN, TherapySession.summary, TherapySession.audio)
    query = select(*columns).where(TherapySession.id == key, TherapySession.therapist_id == caller)
    if (found := (await connection.execute(query)).first()) is None:
        raise BackendProblem(404, "not_found", f"you have no session {key}")
    return found


def _shown(row: Any) -> dict[str, Any]:
    values: dict[str, Any] = row._asdict()
    return values | {"has_audio": values.pop("audio") is not None}


@router.get("/sessions", response_model=SessionPage, responses=problems(401, 404, 429))
async def list_sessions(
    caller: Caller,
    parts: Parts,
    patient: Annotated[int | None, Query(ge=1, lt=2**31, description="Only those with this one")] = None,
    page: Page = 1,
    size: Size = 20,
) -> Any:
    """The caller's own, the latest first."""
    query = select(*_SHOWN).where(TherapySession.therapist_id == caller)
    query = query.order_by(TherapySession.started_at.desc(), TherapySession.id.desc())
    query = query.limit(size + 1).offset((page - 1) * size)
    async with parts.connections.reading() as connection:
        if patient is not None:
            await own_patient(connection, caller, patient)
            query = query.where(TherapySession.patient_id == patient)
        return page_of(list(await connection.execute(query)), size)


@router.post("/sessions", status_code=201, response_model=ShownSession, responses=problems(401, 404, 429))
async def add_session(new: NewSession, caller: Caller, parts: Parts) -> Any:
    """One that took place."""
    made = insert(TherapySession).values(therapist_id=caller, **new.model_dump())
    columns = (*_SHOWN, TherapySession.summary, TherapySession.audio)
    async with parts.connections.writing() as connection:
        await own_patient(connection, caller, new.patient_id)
        return _shown((await connection.execute(made.returning(*columns))).one())


@router.get("/sessions/{key}", response_model=ShownSession, responses=problems(401, 404, 429))
async def read_session(key: Key, caller: Caller, parts: Parts) -> Any:
    """One of the caller's own, whole."""
    async with parts.connections.reading() as connection:
        return _shown(await own_session(connection, caller, key))


@router.get("/caseload", response_model=Caseload, responses=problems(401, 429))
async def caseload(caller: Caller, parts: Parts) -> Any:
    """All that the caller did, patient by patient: several queries, all on one connection."""
    mine = TherapySession.therapist_id == caller
    month = (TherapySession.started_at // _MONTH).label("month")
    totals = select(func.count(), func.coalesce(func.sum(TherapySession.minutes), 0)).where(mine)
    each = (
        select(
            Patient.id, Patient.name, func.count(), func.sum(TherapySession.minutes),
            func.max(TherapySession.minutes),
        )
        .join(TherapySession, TherapySession.patient_id == Patient.id).where(mine)
        .group_by(Patient.id, Patient.name).order_by(Patient.name, Patient.id)
    )  # fmt: skip
    async with parts.connections.reading() as connection:
        sessions, minutes = (await connection.execute(totals)).one()
        patients = []
        for key, name, count, took, longest in (await connection.execute(each)).all():
            months = (
                select(func.count().label("count"), month)
                .where(mine, TherapySession.patient_id == key)
                .group_by(month)
                .subquery()
            )
            busiest = (await connection.execute(select(func.max(months.c.count)))).scalar_one()
            patients.append(
                {
                    "patient_id": key, "name": name, "sessions": count, "minutes": took, "longest": longest,
                    "busiest_month": busiest,
                }
            )  # fmt: skip
    return {"sessions": sessions, "minutes": minutes, "patients": patients}
