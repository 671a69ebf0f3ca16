"""A property management system over HTTP: records with versions, bookings, and changes page by page.

A version is the record's ETag. Writes have an Idempotency-Key, any request may have a Request-Deadline.
"""

from __future__ import annotations

import asyncio
import datetime
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Self

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from suite.reference.hotel.pms.behaviour import PmsBehaviour
from suite.reference.hotel.pms.counted import PmsCounts
from suite.reference.hotel.pms.store import (
    KeyReused,
    Kind,
    PmsStore,
    RoomTaken,
    StaleVersion,
    UnknownRecord,
)
from suite.reference.hotel.pms.wire import DEADLINE, KEY, LONGEST_STAY

_PAGE, _LARGEST_PAGE = 100, 1_000
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_Short = Annotated[str, Field(min_length=1, max_length=120)]


class GuestFields(BaseModel):
    """What may be changed of a guest."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: _Short | None = None
    email: _Short | None = None
    phone: _Short | None = None
    language: Annotated[str, Field(pattern="^[a-z]{2}$")] | None = None
    wishes: Annotated[str, Field(max_length=400)] | None = None


class Stay(BaseModel):
    """Who wants which room, from when to when."""

    model_config = ConfigDict(extra="forbid")

    guest: Annotated[int, Field(ge=1, lt=2**31)]
    room: Annotated[int, Field(ge=1, lt=2**31)]
    arrival: datetime.date
    departure: datetime.date

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if not 0 < (self.departure - self.arrival).days <= LONGEST_STAY:
            raise ValueError(f"a stay has from 1 to {LONGEST_STAY} nights")
        return self


class PmsServer:
    """Answers for `store`, whose rooms are those from 1 to `rooms`. Chance is that of `seed`."""

    def __init__(self, store: PmsStore, *, rooms: int, seed: int, behaviour: PmsBehaviour) -> None:
        self._store, self._rooms = store, rooms
        self._chance = random.Random(seed)
        self.behaviour = behaviour
        self.counts = PmsCounts()

    def application(self) -> web.Application:
        """It as an application."""
        app = web.Application(middlewares=[self._counted, self._behaved, self._told])
        app.add_routes(
            [
                web.get("/health", self._health),
                web.get("/metrics", self._metrics),
                web.get("/admin/behaviour", self._shown_behaviour),
                web.put("/admin/behaviour", self._behave),
                web.get("/bookings/{key}", self._booked),
                web.post("/reservations", self._book),
                web.put("/guests/{number}", self._write_guest),
                web.get("/{kind:guests|reservations}", self._changed),
                web.get("/{kind:guests|reservations}/{number}", self._find),
            ]
        )
        return app

    @web.middleware
    async def _counted(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        response = await handler(request)
        resource = request.match_info.route.resource
        route = "none" if resource is None else resource.canonical
        self.counts.requests[f"{request.method} {route}", response.status] += 1
        return response

    @web.middleware
    async def _behaved(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """As slow and faulty as it is told to be, where a record is asked for."""
        behaviour, chance = self.behaviour, self._chance
        if not request.path.startswith(("/guests", "/reservations", "/bookings")):
            return await handler(request)
        failing, losing = chance.random() < behaviour.errors, chance.random() < behaviour.lost
        if pause := behaviour.pause(chance):
            await asyncio.sleep(pause)
        if not failing:
            response = await handler(request)
            if not losing:
                return response
        return _problem(behaviour.status, "broken", "as it was told")

    @web.middleware
    async def _told(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Every failure by its status."""
        try:
            if (until := request.headers.get(DEADLINE)) and float(until) < time.time():
                self.counts.late += 1
                return _problem(408, "late", f"nobody waits for it since {time.time() - float(until):.2f} s")
            return await handler(request)
        except UnknownRecord as error:
            return _problem(404, "unknown", str(error))
        except StaleVersion as error:
            self.counts.stale += 1
            return _problem(412, "stale", str(error), {"ETag": _tag(error.version)})
        except RoomTaken as error:
            self.counts.taken += 1
            return _problem(409, "taken", str(error))
        except KeyReused as error:
            return _problem(422, "key_reused", str(error))
        except ValidationError as error:
            places = (".".join(map(str, one["loc"])) + ": " + one["msg"] for one in error.errors())
            return _problem(422, "invalid", "; ".join(places))
        except ValueError as error:
            return _problem(422, "invalid", str(error))
        except sqlite3.OperationalError as error:
            return _problem(503, "busy", f"the store can't just now: {error}")
        except web.HTTPException as error:
            return _problem(error.status, "http", error.reason)

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _metrics(self, _request: web.Request) -> web.Response:
        return web.Response(text=self.counts.text(), headers={"Content-Type": "text/plain; version=0.0.4"})

    async def _shown_behaviour(self, _request: web.Request) -> web.Response:
        return web.json_response(self.behaviour.model_dump())

    async def _behave(self, request: web.Request) -> web.Response:
        self.behaviour = PmsBehaviour.model_validate_json(await request.read())
        return web.json_response(self.behaviour.model_dump())

    async def _find(self, request: web.Request) -> web.Response:
        record = self._store.find(_kind(request), _number(request))
        return _answered(request, record, _tag(record["version"]))

    async def _booked(self, request: web.Request) -> web.Response:
        record = self._store.booked(request.match_info["key"])
        return _answered(request, record, _tag(record["version"]))

    async def _changed(self, request: web.Request) -> web.Response:
        kind = _kind(request)
        after, limit = int(request.query.get("after", 0)), int(request.query.get("limit", _PAGE))
        if not (0 <= after < 2**63 and 1 <= limit <= _LARGEST_PAGE):
            raise ValueError(f"after is a cursor from 0, limit a number from 1 to {_LARGEST_PAGE}")
        items, cursor, more = self._store.changed(kind, after, limit)
        body = {"items": items, "cursor": cursor, "more": more}
        return _answered(request, body, f'"{after}-{self._store.last_change(kind)}"')

    async def _write_guest(self, request: web.Request) -> web.Response:
        wanted = request.headers.get("If-Match", "")
        if not wanted.strip('"').isdecimal():
            return _problem(428, "version_needed", 'say which version you change: If-Match: "3"')
        fields = GuestFields.model_validate_json(await request.read()).model_dump(exclude_none=True)
        record = self._store.write_guest(
            _number(request), int(wanted.strip('"')), request.headers.get(KEY, ""), fields
        )
        return _answered(request, record, _tag(record["version"]))

    async def _book(self, request: web.Request) -> web.Response:
        key = request.headers.get(KEY, "")
        if not 0 < len(key) <= 80:
            return _problem(428, "key_needed", f"name the booking by a header {KEY}")
        stay = Stay.model_validate_json(await request.read())
        if stay.room > self._rooms:
            raise UnknownRecord(f"there is no room {stay.room}")
        record, made = self._store.book(key, stay.model_dump(mode="json"))
        if made:
            self.counts.booked += 1
        else:
            self.counts.repeated += 1
        return web.json_response(record, status=201 if made else 200, headers={"ETag": '"1"'})


def _kind(request: web.Request) -> Kind:
    return "guests" if request.match_info["kind"] == "guests" else "reservations"


def _number(request: web.Request) -> int:
    number = int(request.match_info["number"])
    if not 0 < number < 2**31:
        raise UnknownRecord(f"there is no {number}")
    return number


def _tag(version: int) -> str:
    return f'"{version}"'


def _answered(request: web.Request, body: Any, tag: str) -> web.Response:
    """`body`, unless who asks has it already."""
    headers = {"ETag": tag}
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    return web.json_response(body, headers=headers)


def _problem(status: int, error: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    if status in (503, 429):
        headers = {**(headers or {}), "Retry-After": "1"}
    return web.json_response({"error": error, "message": message}, status=status, headers=headers)
