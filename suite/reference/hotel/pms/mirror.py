"""The hotel's copy of guests and reservations: brought up to date page by page, by what changed since."""

from __future__ import annotations

import asyncio
import json
from typing import Any, get_args

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from suite.reference.backend.connections import Connections
from suite.reference.hotel.counters import HotelCounters
from suite.reference.hotel.pms.connector import PmsConnector, cache_name, refused
from suite.reference.hotel.pms.request import PmsRequest
from suite.reference.hotel.pms.store import Kind

_COLUMNS = {
    "guests": {"id": "int", "name": "text", "email": "text", "phone": "text", "language": "text",
               "wishes": "text", "version": "int"},
    "reservations": {"id": "int", "guest": "int", "room": "int", "arrival": "text", "departure": "text",
                     "version": "int", "key": "text"},
}  # fmt: skip
_SETTLE = text(
    """update pms_bookings set state = 'booked', reservation = pms_reservations.id from pms_reservations
    where pms_reservations.key = pms_bookings.key and pms_bookings.state <> 'booked'"""
)
"""A booking whose answer got lost: its reservation has turned up."""
_CURSOR = text("select cursor from pms_progress where kind = :kind")
_ADVANCE = text(
    """insert into pms_progress (kind, cursor) values (:kind, :cursor)
    on conflict (kind) do update set cursor = greatest(pms_progress.cursor, excluded.cursor)"""
)


def _upsert(kind: Kind) -> str:
    """Rows of JSON into the table: one statement for a page, and never an older version over a newer one."""
    names = list(_COLUMNS[kind])
    typed = ", ".join(f"{name} {of}" for name, of in _COLUMNS[kind].items())
    changes = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    return (
        f"insert into pms_{kind} ({', '.join(names)}) "  # noqa: S608
        f"select {', '.join(names)} from jsonb_to_recordset(cast(:rows as jsonb)) as given ({typed}) "
        f"on conflict (id) do update set {changes} where excluded.version > pms_{kind}.version"
    )


_UPSERT = {kind: text(_upsert(kind)) for kind in get_args(Kind)}


class PmsMirror:
    """Copies what `connector` finds into the tables of `connections`, `page` records at a time.

    Counted: pms_synchronised_total (records), pms_pages_total.
    """

    def __init__(
        self, connector: PmsConnector, connections: Connections, *, page: int, counters: HotelCounters
    ) -> None:
        self._connector, self._connections, self._page = connector, connections, page
        self._counters = counters
        self._one_at_a_time = asyncio.Lock()
        for name in ("synchronised", "pages"):
            counters.add(f"pms_{name}_total", 0)

    async def synchronise(self) -> dict[str, int]:
        """Copy what has changed since the last time; how many records of each kind.

        What was copied before something failed stays, and the next time goes on there. Raises BackendProblem.
        """
        async with self._one_at_a_time:
            return {kind: await self._synchronised(kind) for kind in get_args(Kind)}

    async def _synchronised(self, kind: Kind) -> int:
        async with self._connections.reading() as connection:
            cursor = (await connection.execute(_CURSOR, {"kind": kind})).scalar() or 0
        count, more = 0, True
        while more:
            reply = await self._connector.ask(
                PmsRequest(
                    "GET",
                    f"/{kind}?after={cursor}&limit={self._page}",
                    {"If-None-Match": f'"{cursor}-{cursor}"'},
                )
            )
            if reply.status == 304:
                break
            if reply.status != 200:
                raise refused(reply)
            items, cursor, more = reply.body["items"], reply.body["cursor"], reply.body["more"]
            async with self._connections.writing() as connection:
                await copied(connection, kind, items)
                if kind == "reservations":
                    await connection.execute(_SETTLE)
                await connection.execute(_ADVANCE, {"kind": kind, "cursor": cursor})
            await self._connector.cache.drop(cache_name(kind, one["id"]) for one in items)
            count += len(items)
            self._counters.add("pms_pages_total")
            self._counters.add("pms_synchronised_total", len(items))
        return count


async def copied(connection: AsyncConnection, kind: Kind, items: list[dict[str, Any]]) -> None:
    """Put records into the copy."""
    await connection.execute(_UPSERT[kind], {"rows": json.dumps(items)})
