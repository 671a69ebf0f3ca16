"""A PostgreSQL that is full, or gone, or a Redis that is, while the backend runs: told by 503."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
import pytest
from support.asking import Asking

from suite import Server, System
from suite.reference.api.seeding import seed
from suite.reference.api.serving import all_answer, serve
from suite.services import postgres, redis


@pytest.fixture(scope="module")
def running():
    """A backend whose pool may want more connections than its PostgreSQL has; its helpers; and who asks."""
    with postgres(settings={"max_connections": "7"}) as database, redis() as limits:
        helpers = {"database": database, "redis": limits}
        backend = Server(
            serve,
            ready=all_answer,
            accounts=1,
            rate_limit=10_000,
            pool_size=10,
            pool_overflow=10,
            pool_timeout=5.0,
        )
        backend.beside = {name: _at(helper) for name, helper in helpers.items()}
        with backend:
            token = asyncio.run(seed(backend))["tokens"][0]
            yield backend, helpers, Asking(backend.url, token)


def _at(helper):
    """What stands for a helper that runs: it can travel."""
    there = System()
    there.attach(helper.address)
    return there


def told(ask, count=1):
    """Statuses, and what is said with those that are no success."""
    with ThreadPoolExecutor(count) as threads:
        answers = list(threads.map(lambda _: ask("GET", "/caseload"), range(count)))
    return {answer.status for answer in answers}, {
        (answer.body["error"], answer.body["message"]) for answer in answers if answer.status != 200
    }


@pytest.mark.exhaustive
def test_a_postgresql_that_has_no_connection_left_is_told(running):
    _, helpers, ask = running
    held = []
    with suppress(psycopg.OperationalError):
        while True:
            held += [psycopg.connect(helpers["database"].url)]
    statuses, said = told(ask, 4)
    for connection in held:
        connection.close()
    assert statuses <= {200, 503}
    assert 503 in statuses
    assert all(error == "unavailable" and "too many clients" in message for error, message in said), said
    assert told(ask) == ({200}, set())


def test_a_postgresql_that_ended_is_told_and_the_backend_lives_on(running):
    backend, helpers, ask = running
    assert told(ask) == ({200}, set())
    helpers["database"].stop()
    for _ in range(3):
        statuses, said = told(ask)
        assert statuses == {503}
        assert {error for error, _ in said} == {"unavailable"}
    assert ask("GET", "/health").body["pool"]["checked_out"] == 0
    log = (backend.directory / "output.log").read_text()
    assert "api: the database is away" in log
    assert "Traceback" not in log


def test_a_redis_that_ended_is_told(running):
    backend, helpers, ask = running
    helpers["redis"].stop()
    for _ in range(2):
        statuses, said = told(ask)
        assert (statuses, said) == ({503}, {("unavailable", "the rate limiter is away: it does not answer")})
    assert ask("GET", "/health").status == 200
    assert "Traceback" not in (backend.directory / "output.log").read_text()
