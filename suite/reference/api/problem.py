"""What the backend answers when it can't: a status, a word for programs, a line for people."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, IntegrityError
from starlette.exceptions import HTTPException

from suite.reference.api.schema import reason

_STATES = ("08", "53", "57", "58")
"""Classes of PostgreSQL's states that say it can't just now: connection, resources, intervention, system."""


class ApiProblem(Exception):
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


def answer_problems(app: FastAPI) -> None:
    """Have `app` answer every failure as an ApiProblem: what is the client's by 4xx, what passes by 503."""

    async def problem(_request: Request, error: Any) -> JSONResponse:
        return error.response()  # type: ignore[no-any-return]

    async def http(_request: Request, error: Any) -> JSONResponse:
        return ApiProblem(error.status_code, "http", str(error.detail), error.headers).response()

    async def invalid(_request: Request, error: Any) -> JSONResponse:
        # What was sent is not sent back: it may be no text that JSON can hold.
        places = (".".join(map(str, one["loc"])) + ": " + one["msg"] for one in error.errors())
        told = "; ".join(places).encode(errors="replace").decode()
        return ApiProblem(422, "invalid", told).response()

    async def database(_request: Request, error: Any) -> JSONResponse:
        if isinstance(error, IntegrityError):
            return ApiProblem(
                409, "conflict", "it is there already, or what it belongs to is gone"
            ).response()
        if not _passes(error):
            return unforeseen(error)
        sys.stderr.write(f"api: the database is away: {reason(error)}\n")
        return _away("database", reason(error)).response()

    async def limiter(_request: Request, error: Any) -> JSONResponse:
        sys.stderr.write(f"api: Redis is away: {error}\n")
        return _away("rate limiter", "it does not answer").response()

    async def other(_request: Request, error: Any) -> JSONResponse:
        return unforeseen(error)

    handlers = {
        ApiProblem: problem, HTTPException: http, RequestValidationError: invalid, DBAPIError: database,
        OSError: database, RedisError: limiter, Exception: other,
    }  # fmt: skip
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def unforeseen(error: BaseException) -> JSONResponse:
    """A fault of ours: the client learns no more than that, the log all."""
    traceback.print_exception(error, file=sys.stderr)
    return ApiProblem(500, "fault", "the backend failed; its log has more").response()


def _passes(error: BaseException) -> bool:
    """Whether the database can't do it just now; anything else is a fault of ours."""
    if isinstance(error, OSError):
        return True
    state = str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")
    busy = "locked" in str(error) or "disk is full" in str(error)
    return bool(getattr(error, "connection_invalidated", False)) or state.startswith(_STATES) or busy


def _away(what: str, why: str) -> ApiProblem:
    return ApiProblem(503, "unavailable", f"the {what} is away: {why}", {"Retry-After": "1"})
