"""What a backend answers when it can't: a status, a word for programs, a line for people."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError, IntegrityError
from starlette.exceptions import HTTPException

_STATES = ("08", "53", "57", "58")
"""Classes of PostgreSQL's states that say it can't just now: connection, resources, intervention, system."""
INVALID = (RequestValidationError, WebSocketRequestValidationError)


class BackendProblem(Exception):
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


def away(what: str, why: str) -> BackendProblem:
    """Something that the backend needs is not there just now."""
    return BackendProblem(503, "unavailable", f"the {what} is away: {why}", {"Retry-After": "1"})


def refused(error: Exception) -> BackendProblem | None:
    """What is told of an `error` that is the client's; None: it is not."""
    if isinstance(error, BackendProblem):
        return error
    if isinstance(error, HTTPException):
        return BackendProblem(error.status_code, "http", str(error.detail), error.headers)
    if isinstance(error, INVALID):
        # What was sent is not sent back: it may be no text that JSON can hold.
        places = (".".join(map(str, one["loc"])) + ": " + one["msg"] for one in error.errors())
        return BackendProblem(422, "invalid", "; ".join(places).encode(errors="replace").decode())
    if isinstance(error, IntegrityError):
        return BackendProblem(409, "conflict", "it is there already, or what it belongs to is gone")
    return None


def unforeseen(error: Exception) -> BackendProblem:
    """A fault of ours: the client learns no more than that, the log all."""
    traceback.print_exception(error, file=sys.stderr)
    return BackendProblem(500, "fault", "the backend failed; its log has more")


def database_passes(error: DBAPIError) -> bool:
    """Whether PostgreSQL can't do it just now; anything else is a fault of ours."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return error.connection_invalidated or state.startswith(_STATES)


def reason(error: BaseException) -> str:
    """What went wrong, in the words of who failed, on one line."""
    said = getattr(error, "orig", None) or error
    return " ".join(str(said).partition("\n")[0].split()) or type(said).__name__
