"""What the backend answers when it can't: a status, a word for programs, a line for people."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, IntegrityError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketState

_STATES = ("08", "53", "57", "58")
"""Classes of PostgreSQL's states that say it can't just now: connection, resources, intervention, system."""

_LATER, _FAULT = 1013, 1011
"""Codes with which a WebSocket is closed that was open."""
_INVALID = (RequestValidationError, WebSocketRequestValidationError)


class HotelProblem(Exception):
    """An answer that is no success."""

    def __init__(
        self, status: int, error: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.error, self.message, self.headers = status, error, message, headers

    def response(self) -> JSONResponse:
        """It as a response."""
        body = {"error": self.error, "message": self.message}
        return JSONResponse(body, self.status, dict(self.headers or {}))


class ShownProblem(BaseModel):
    """Every answer that is no success."""

    error: str
    message: str


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The failures of an endpoint, for its description."""
    return {status: {"model": ShownProblem} for status in (*statuses, 503)}


def away(what: str, why: str) -> HotelProblem:
    """Something that the backend needs is not there just now."""
    return HotelProblem(503, "unavailable", f"the {what} is away: {why}", {"Retry-After": "1"})


def answer_problems(app: FastAPI) -> None:
    """Have `app` answer every failure as a HotelProblem: what is the client's by 4xx, what passes by 503."""

    async def answered(connection: HTTPConnection, error: Exception) -> JSONResponse | None:
        problem = problem_of(error)
        if not isinstance(connection, WebSocket):
            return problem.response()
        if connection.application_state is WebSocketState.CONNECTING:
            await connection.send_denial_response(problem.response())
        else:
            await connection.close(_LATER if problem.status == 503 else _FAULT, problem.error)
        return None

    for kind in (HotelProblem, HTTPException, *_INVALID, DBAPIError, OSError, RedisError, Exception):
        app.add_exception_handler(kind, answered)  # type: ignore[arg-type]


def problem_of(error: Exception) -> HotelProblem:
    """What is told of `error`; of a fault of ours the client learns no more than that, the log all."""
    if isinstance(error, HotelProblem):
        return error
    if isinstance(error, HTTPException):
        return HotelProblem(error.status_code, "http", str(error.detail), error.headers)
    if isinstance(error, _INVALID):
        # What was sent is not sent back: it may be no text that JSON can hold.
        places = (".".join(map(str, one["loc"])) + ": " + one["msg"] for one in error.errors())
        return HotelProblem(422, "invalid", "; ".join(places).encode(errors="replace").decode())
    if isinstance(error, IntegrityError):
        return HotelProblem(409, "conflict", "it is there already, or what it belongs to is gone")
    for kind, what in ((RedisError, "Redis"), (DBAPIError, "database"), (OSError, "network")):
        if isinstance(error, kind) and _passes(error):
            sys.stderr.write(f"hotel: {what}: {_line(error)}\n")
            return away(what, _line(error))
    traceback.print_exception(error, file=sys.stderr)
    return HotelProblem(500, "fault", "the backend failed; its log has more")


def _passes(error: Exception) -> bool:
    """Whether it can't be done just now; anything else is a fault of ours."""
    if not isinstance(error, DBAPIError):
        return True
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return error.connection_invalidated or state.startswith(_STATES)


def _line(error: Exception) -> str:
    """What went wrong, on one line."""
    said = getattr(error, "orig", None) or error
    return " ".join(str(said).partition("\n")[0].split()) or type(said).__name__
