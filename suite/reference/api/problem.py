"""What is answered to each failure: the client's by 4xx, what passes by 503."""

from __future__ import annotations

import sys

from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from suite.reference.backend.problem import (
    BackendProblem,
    away,
    database_passes,
    reason,
    refused,
    unforeseen,
)


def problem_of(error: Exception) -> BackendProblem:
    """What is told of `error`; of a fault of ours the client learns no more than that, the log all."""
    if (problem := refused(error)) is not None:
        return problem
    if isinstance(error, RedisError):
        sys.stderr.write(f"api: Redis is away: {error}\n")
        return away("rate limiter", "it does not answer")
    if isinstance(error, OSError) or (isinstance(error, DBAPIError) and _passes(error)):
        sys.stderr.write(f"api: the database is away: {reason(error)}\n")
        return away("database", reason(error))
    return unforeseen(error)


def _passes(error: DBAPIError) -> bool:
    return database_passes(error) or "locked" in str(error) or "disk is full" in str(error)  # SQLite's
