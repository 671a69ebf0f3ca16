"""Every failure of a backend as an answer, also where what asks is a WebSocket."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketState

from suite.reference.backend.problem import INVALID, BackendProblem

_LATER, _FAULT = 1013, 1011
"""Codes with which a WebSocket is closed that was open."""
_KINDS = (BackendProblem, HTTPException, *INVALID, DBAPIError, OSError, RedisError, Exception)


def answer_problems(app: FastAPI, problem_of: Callable[[Exception], BackendProblem]) -> None:
    """Have `app` answer every failure as the BackendProblem that `problem_of` makes of it."""

    async def answered(connection: HTTPConnection, error: Exception) -> JSONResponse | None:
        problem = problem_of(error)
        if not isinstance(connection, WebSocket):
            return problem.response()
        if connection.application_state is WebSocketState.CONNECTING:
            await connection.send_denial_response(problem.response())
        else:
            await connection.close(_LATER if problem.status == 503 else _FAULT, problem.error)
        return None

    for kind in _KINDS:
        app.add_exception_handler(kind, answered)  # type: ignore[arg-type]
