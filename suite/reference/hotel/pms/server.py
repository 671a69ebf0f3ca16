"""A property management system over HTTP: records with versions, bookings, and changes page by page.

A version is the record's ETag. Writes have an Idempotency-Key, any request may have a Request-Deadline.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from suite.reference.hotel.pms.behaviour import PmsBehaviour
from suite.reference.hotel.pms.counted import PmsCounts
from suite.reference.hotel.pms.stay import Stay
from suite.reference.hotel.pms.store import (
    KeyReused,
    Kind,
    PmsStore,
    RoomTaken,
    StaleVersion,
    UnknownRecord,
)
from suite.reference.hotel.pms.wire import DEADLINE, KEY

_PAGE, _LARGEST_PAGE = 100, 1_000
_Handler = Callable[[Request], Awaitable[Response]]
_Short = Annotated[str, Field(min_length=1, max_length=120)]


class GuestFields(BaseModel):
    """What may be changed of a guest."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: _Short | None = None
    email: _Short | None = None
    phone: _Short | None = None
    language: Annotated[str, Field(pattern="^[a-z]{2}$")] | None = None
    wishes: Annotated[str, Field(max_length=400)] | None = None


class PmsServer:
    """Answers for `store`, whose rooms are those from 1 to `rooms`. Chance is that of `seed`."""

    def __init__(self, store: PmsStore, *, rooms: int, seed: int, behaviour: PmsBehaviour) -> None:
        self._store, self._rooms = store, rooms
        self._chance = random.Random(seed)
        self.behaviour = behaviour
        self.counts = PmsCounts()

    def application(self) -> Starlette:
        """It as an application."""
        behaved = {
            "GET /bookings/{key}": self._booked,
            "POST /reservations": self._book,
            "PUT /guests/{number:int}": self._write_guest,
        }
        for kind in get_args(Kind):
            behaved[f"GET /{kind}"] = partial(self._changed, kind)
            behaved[f"GET /{kind}/{{number:int}}"] = partial(self._find, kind)
        plain = {
            "GET /health": self._health,
            "GET /metrics": self._metrics,
            "GET /admin/behaviour": self._shown_behaviour,
            "PUT /admin/behaviour": self._behave,
        }
        answers = {name: self._behaved(self._told(handler)) for name, handler in behaved.items()}
        answers |= {name: self._told(handler) for name, handler in plain.items()}
        routes = [
            Route(name.partition(" ")[2], self._counted(name, answer), methods=[name.partition(" ")[0]])
            for name, answer in answers.items()
        ]
        return Starlette(routes=routes, exception_handlers={HTTPException: _not_there})

    def _counted(self, route: str, handler: _Handler) -> _Handler:
        async def counted(request: Request) -> Response:
            response = await handler(request)
            self.counts.requests[route, response.status_code] += 1
            return response

        return counted

    def _behaved(self, handler: _Handler) -> _Handler:
        """As slow and faulty as it is told to be."""

        async def behaved(request: Request) -> Response:
            behaviour, chance = self.behaviour, self._chance
            failing, losing = chance.random() < behaviour.errors, chance.random() < behaviour.lost
            if pause := behaviour.pause(chance):
                await asyncio.sleep(pause)
            if not failing:
                response = await handler(request)
                if not losing:
                    return response
            return _problem(behaviour.status, "broken", "as it was told")

        return behaved

    def _told(self, handler: _Handler) -> _Handler:
        """With every failure told by its status."""

        async def told(request: Request) -> Response:
            try:
                if (until := request.headers.get(DEADLINE)) and float(until) < time.time():
                    self.counts.late += 1
                    return _problem(408, "late", "nobody waits for it any more")
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

        return told

    async def _health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _metrics(self, _request: Request) -> Response:
        return PlainTextResponse(self.counts.text(), media_type="text/plain; version=0.0.4")

    async def _shown_behaviour(self, _request: Request) -> Response:
        return JSONResponse(self.behaviour.model_dump())

    async def _behave(self, request: Request) -> Response:
        self.behaviour = PmsBehaviour.model_validate_json(await request.body())
        return JSONResponse(self.behaviour.model_dump())

    async def _find(self, kind: Kind, request: Request) -> Response:
        record = self._store.find(kind, _number(request))
        return _answered(request, record, _tag(record["version"]))

    async def _booked(self, request: Request) -> Response:
        record = self._store.booked(request.path_params["key"])
        return _answered(request, record, _tag(record["version"]))

    async def _changed(self, kind: Kind, request: Request) -> Response:
        after = int(request.query_params.get("after", 0))
        limit = int(request.query_params.get("limit", _PAGE))
        if not (0 <= after < 2**63 and 1 <= limit <= _LARGEST_PAGE):
            raise ValueError(f"after is a cursor from 0, limit a number from 1 to {_LARGEST_PAGE}")
        items, cursor, more = self._store.changed(kind, after, limit)
        body = {"items": items, "cursor": cursor, "more": more}
        return _answered(request, body, f'"{after}-{self._store.last_change(kind)}"')

    async def _write_guest(self, request: Request) -> Response:
        wanted = request.headers.get("If-Match", "").strip('"')
        if not wanted.isdecimal():
            return _problem(428, "version_needed", 'say which version you change: If-Match: "3"')
        fields = GuestFields.model_validate_json(await request.body()).model_dump(exclude_none=True)
        key = request.headers.get(KEY, "")
        record = self._store.write_guest(_number(request), int(wanted), key, fields)
        return _answered(request, record, _tag(record["version"]))

    async def _book(self, request: Request) -> Response:
        key = request.headers.get(KEY, "")
        if not 0 < len(key) <= 80:
            return _problem(428, "key_needed", f"name the booking by a header {KEY}")
        stay = Stay.model_validate_json(await request.body())
        if stay.room > self._rooms:
            raise UnknownRecord(f"there is no room {stay.room}")
        record, made = self._store.book(key, stay.model_dump(mode="json"))
        if made:
            self.counts.booked += 1
        else:
            self.counts.repeated += 1
        return JSONResponse(record, 201 if made else 200, {"ETag": _tag(record["version"])})


def _number(request: Request) -> int:
    number: int = request.path_params["number"]
    if not 0 < number < 2**31:
        raise UnknownRecord(f"there is no {number}")
    return number


def _tag(version: int) -> str:
    return f'"{version}"'


def _answered(request: Request, body: Any, tag: str) -> Response:
    """`body`, unless who asks has it already."""
    headers = {"ETag": tag}
    if request.headers.get("If-None-Match") == tag:
        return Response(status_code=304, headers=headers)
    return JSONResponse(body, headers=headers)


def _problem(status: int, error: str, message: str, headers: Mapping[str, str] | None = None) -> Response:
    retry = {"Retry-After": "1"} if status == 503 else {}
    return JSONResponse({"error": error, "message": message}, status, {**(headers or {}), **retry})


async def _not_there(_request: Request, error: Any) -> Response:
    return _problem(error.status_code, "http", error.detail)
