"""Bookings: written down, then made in the property management system, then known to be made.

Its key makes a booking the same one however often it is asked for, by whatever way. One is acknowledged when
it is there and here; one of which nobody knows stays as asked for, until it is asked for again or turns up
in a synchronisation.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from suite.reference.backend.connections import Connections
from suite.reference.backend.problem import BackendProblem
from suite.reference.hotel.pms.connector import PmsConnector, refused
from suite.reference.hotel.pms.mirror import copied
from suite.reference.hotel.pms.models import ASKED, BOOKED, REFUSED, PmsBooking
from suite.reference.hotel.pms.request import PmsRequest
from suite.reference.hotel.pms.wire import KEY

_REFUSALS = (404, 409, 422)
_STAY = ("guest", "room", "arrival", "departure")


class PmsBookings:
    """Bookings of rooms, through `connector` and in the tables of `connections`."""

    def __init__(self, connector: PmsConnector, connections: Connections) -> None:
        self._connector, self._connections = connector, connections

    async def book(self, key: str, stay: dict[str, Any]) -> dict[str, Any]:
        """The reservation of a stay: guest, room, arrival, departure.

        Raises BackendProblem: 404, 409 (taken), 422, and 502, 503, 504 if nobody knows: ask again then, with
        the same key.
        """
        await self._written_down(key, stay)
        reply = await self._connector.ask(PmsRequest("POST", "/reservations", {KEY: key}, stay))
        if reply.status in (200, 201):
            record: dict[str, Any] = reply.body
            made = update(PmsBooking).where(PmsBooking.key == key)
            async with self._connections.writing() as connection:
                await copied(connection, "reservations", [record])
                await connection.execute(made.values(state=BOOKED, reservation=record["id"]))
            return record
        if reply.status in _REFUSALS:
            refusal = update(PmsBooking).where(PmsBooking.key == key, PmsBooking.state == ASKED)
            async with self._connections.writing() as connection:
                await connection.execute(refusal.values(state=REFUSED))
        raise refused(reply)

    async def find(self, key: str) -> dict[str, Any]:
        """What is known of a booking. Raises BackendProblem, 404."""
        columns = PmsBooking.__table__.columns
        async with self._connections.reading() as connection:
            row = (await connection.execute(select(*columns).where(PmsBooking.key == key))).first()
        if row is None:
            raise BackendProblem(404, "unknown", f"nobody asked for a booking {key}")
        return row._asdict()

    async def _written_down(self, key: str, stay: dict[str, Any]) -> None:
        """Before anybody is asked: the key and what it stands for."""
        made = insert(PmsBooking).values(key=key, state=ASKED, **stay).on_conflict_do_nothing()
        async with self._connections.writing() as connection:
            if (await connection.execute(made)).rowcount:
                return
            columns = (getattr(PmsBooking, name) for name in _STAY)
            known = (await connection.execute(select(*columns).where(PmsBooking.key == key))).one()
        if known._asdict() != stay:
            raise BackendProblem(422, "key_reused", f"the key {key} stands for another booking")
