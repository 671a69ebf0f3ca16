"""What is answered to each failure, of WebSockets too: the client's by 4xx, what passes by 503."""

from __future__ import annotations

import sys

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketState

from suite.reference.backend.problem import (
    INVALID,
    BackendProblem,
    away,
    database_passes,
    reason,
    refused,
    unforeseen,
)

_LATER, _FAULT = 1013, 1011
"""Codes with which a WebSocket is closed that was open."""


def answer_problems(app: FastAPI) -> None:
    """Have `app` answer every failure as a BackendProblem."""

    async def answered(connection: HTTPConnection, error: Exception) -> JSONResponse | None:
        problem = problem_of(error)
        if not isinstance(connection, WebSocket):
            return problem.response()
        if connection.application_state is WebSocketState.CONNECTING:
            await connection.send_denial_response(problem.response())
        else:
            await connection.close(_LATER if problem.status == 503 else _FAULT, problem.error)
        return None

    for kind in (BackendProblem, HTTPException, *INVALID, DBAPIError, OSError, RedisError, Exception):
        app.add_exception_handler(kind, answered)  # type: ignore[arg-type]


def problem_of(error: Exception) -> BackendProblem:
    """What is told of `error`; of a fault of ours the client learns no more than that, the log all."""
    if (problem := refused(error)) is not None:
        return problem
    if isinstance(error, DBAPIError) and not database_passes(error):
        return unforeseen(error)
    for kind, what in ((RedisError, "Redis"), (DBAPIError, "database"), (OSError, "network")):
        if isinstance(error, kind):
            sys.stderr.write(f"hotel: {what}: {reason(error)}\n")
            return away(what, reason(error))
    return unforeseen(error)
