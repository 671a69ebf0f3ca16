"""What clients are told of what went wrong: theirs by 4xx, what passes by 503, ours by 500 and no more."""

import sqlite3

import pytest
from redis.exceptions import ConnectionError as RedisAway
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from suite.reference.api.problem import problem_of


def of_sqlite(said):
    return OperationalError("select 1", {}, sqlite3.OperationalError(said))


@pytest.mark.parametrize(
    ("error", "status", "word"),
    [
        (HTTPException(405), 405, "http"),
        (of_sqlite("database is locked"), 503, "unavailable"),
        (of_sqlite("database or disk is full"), 503, "unavailable"),
        (of_sqlite("no such table: accounts"), 500, "fault"),
        (ConnectionResetError("by peer"), 503, "unavailable"),
        (KeyError("x"), 500, "fault"),
    ],
    ids=["http", "locked", "full", "no table", "reset", "fault"],
)
def test_each_failure_has_its_answer(error, status, word):
    told = problem_of(error)
    assert (told.status, told.error) == (status, word)


def test_where_redis_is_stays_in_the_log(capsys):
    told = problem_of(RedisAway("refused by 10.0.0.7:6379"))
    assert (told.status, told.message) == (503, "the rate limiter is away: it does not answer")
    assert capsys.readouterr().err == "api: Redis is away: refused by 10.0.0.7:6379\n"
