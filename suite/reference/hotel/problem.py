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
    if isinstance(error, DBAPIError) and not database_passes(error):
        return unforeseen(error)
    for kind, what in ((RedisError, "Redis"), (DBAPIError, "database"), (OSError, "network")):
        if isinstance(error, kind):
            sys.stderr.write(f"hotel: {what}: {reason(error)}\n")
            return away(what, reason(error))
    return unforeseen(error)
