"""The tables: staff and API keys, rooms, lines, calls with their events, and what rooms are charged."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class HotelTable(DeclarativeBase):
    """Base of the backend's tables."""


class Staff(HotelTable):
    """Somebody who logs in; `role` is agent, manager or admin."""

    __tablename__ = "staff"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    password: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(8))


class ApiKey(HotelTable):
    """A program that asks; of its key only the SHA-256 is kept, which for a random one is enough."""

    __tablename__ = "api_keys"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(8))


class Room(HotelTable):
    """A room: what its guest owes, in cents; `version` counts its changes."""

    __tablename__ = "rooms"

    number: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(String(12), default="clean")
    balance: Mapped[int] = mapped_column(BigInteger, default=0)
    version: Mapped[int] = mapped_column(default=0)


class RoomCharge(HotelTable):
    """One amount that a room was charged, in cents."""

    __tablename__ = "charges"

    id: Mapped[int] = mapped_column(primary_key=True)
    room: Mapped[int] = mapped_column(ForeignKey("rooms.number"))
    cents: Mapped[int]


class VoiceCall(HotelTable):
    """A call: its state, the number of its last event, and the frames that its two legs sent."""

    __tablename__ = "calls"

    id: Mapped[int] = mapped_column(primary_key=True)
    caller: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(8), default="created")
    events: Mapped[int] = mapped_column(default=0)
    frames_up: Mapped[int] = mapped_column(default=0)
    frames_down: Mapped[int] = mapped_column(default=0)


class VoiceLine(HotelTable):
    """A line of a desk or a room, which one call at most has; `call_id` says which."""

    __tablename__ = "lines"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    kind: Mapped[str] = mapped_column(String(4))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)


class CallEvent(HotelTable):
    """What happened in a call, as the event of that number; `note` is the line of a routed one."""

    __tablename__ = "events"

    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(Text, default="")
