"""The tables: accounts of therapists, their patients, sessions with them, and notes made of these."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
"""States of a note."""


class ApiTable(DeclarativeBase):
    """Base of the backend's tables. Times are whole seconds since the epoch."""


class Account(ApiTable):
    """A therapist."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password: Mapped[str] = mapped_column(String(200))


class Patient(ApiTable):
    """A patient of one therapist."""

    __tablename__ = "patients"
    __table_args__ = (Index("patients_of", "therapist_id", "name", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str] = mapped_column(String(120))


class TherapySession(ApiTable):
    """One session with a patient; `audio` is the path of its recording, below the folder of uploads."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("sessions_of", "therapist_id", "started_at", "id"),
        Index("sessions_with", "patient_id", "started_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    started_at: Mapped[int] = mapped_column(BigInteger)
    minutes: Mapped[int]
    summary: Mapped[str] = mapped_column(Text)
    audio: Mapped[str | None] = mapped_column(String(80))


class SessionNote(ApiTable):
    """What was extracted from a session's audio, or is being."""

    __tablename__ = "notes"
    __table_args__ = (Index("notes_of", "session_id", "id"), Index("notes_in", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id"))
    state: Mapped[str] = mapped_column(String(8))
    text: Mapped[str | None] = mapped_column(Text)
