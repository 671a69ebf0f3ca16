"""The hotel's own tables of what its property management system has, and of what was booked there."""

from __future__ import annotations

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from suite.reference.hotel.models import HotelTable

ASKED, BOOKED, REFUSED = "asked", "booked", "refused"
"""States of a booking: asked for and not known to be done, done, refused."""


class PmsGuest(HotelTable):
    """A guest as the last synchronisation found it."""

    __tablename__ = "pms_guests"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(2))
    wishes: Mapped[str] = mapped_column(Text)
    version: Mapped[int]


class PmsReservation(HotelTable):
    """A reservation as the last synchronisation found it, or as it was booked; dates are ISO."""

    __tablename__ = "pms_reservations"

    id: Mapped[int] = mapped_column(primary_key=True)
    guest: Mapped[int]
    room: Mapped[int]
    arrival: Mapped[str] = mapped_column(String(10))
    departure: Mapped[str] = mapped_column(String(10))
    version: Mapped[int]
    key: Mapped[str | None] = mapped_column(String(80), unique=True)


class PmsProgress(HotelTable):
    """How far guests or reservations have been synchronised."""

    __tablename__ = "pms_progress"

    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    cursor: Mapped[int] = mapped_column(BigInteger)


class PmsBooking(HotelTable):
    """A booking that somebody asked for, by its key, with the number that it has in the PMS."""

    __tablename__ = "pms_bookings"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    guest: Mapped[int]
    room: Mapped[int]
    arrival: Mapped[str] = mapped_column(String(10))
    departure: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(8), default=ASKED)
    reservation: Mapped[int | None]
