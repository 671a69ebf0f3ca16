"""What clients are told of what went wrong: theirs by 4xx, what passes by 503, ours by 500 and no more."""

from types import SimpleNamespace

import pytest
from redis.exceptions import ConnectionError as RedisAway
from sqlalchemy.exc import DBAPIError, IntegrityError
from starlette.exceptions import HTTPException

from suite.reference.backend.problem import BackendProblem
from suite.reference.hotel.problem import problem_of


def of_database(state, invalidated=False, kind=DBAPIError):
    said = SimpleNamespace(sqlstate=state)
    return kind("select 1", {}, said, connection_invalidated=invalidated)


@pytest.mark.parametrize(
    ("error", "status", "word"),
    [
        (BackendProblem(409, "line_busy", "it is"), 409, "line_busy"),
        (HTTPException(405), 405, "http"),
        (of_database("23505", kind=IntegrityError), 409, "conflict"),
        (of_database("57P01"), 503, "unavailable"),
        (of_database("53300"), 503, "unavailable"),
        (of_database(None, invalidated=True), 503, "unavailable"),
        (RedisAway("refused"), 503, "unavailable"),
        (ConnectionResetError("by peer"), 503, "unavailable"),
        (of_database("42P01"), 500, "fault"),
        (KeyError("x"), 500, "fault"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value,
)
def test_each_failure_has_its_answer(error, status, word):
    told = problem_of(error)
    assert (told.status, told.error) == (status, word)


def test_of_a_fault_of_ours_the_client_learns_nothing_the_log_all(capsys):
    assert "x" not in problem_of(KeyError("xyzzy")).message.split()
    assert "KeyError: 'xyzzy'" in capsys.readouterr().err


def test_what_passes_is_one_line_in_the_log(capsys):
    told = problem_of(RedisAway("refused\nand more"))
    assert told.message == "the Redis is away: refused"
    assert told.headers == {"Retry-After": "1"}
    assert capsys.readouterr().err == "hotel: Redis: refused\n"
