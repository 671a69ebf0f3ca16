"""What backends tell of failures, whatever database they have."""

import json

import pytest
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError
from starlette.exceptions import HTTPException

from suite.reference.backend.problem import (
    BackendProblem,
    away,
    database_passes,
    problems,
    reason,
    refused,
    unforeseen,
)


class Said(Exception):
    """A driver's own error."""

    sqlstate = None


WRONG = [{"loc": ("body", "\ud800"), "msg": "is too many"}]


@pytest.mark.parametrize(
    ("error", "status", "word"),
    [
        (BackendProblem(409, "line_busy", "it is"), 409, "line_busy"),
        (HTTPException(405), 405, "http"),
        (IntegrityError("insert", {}, Exception()), 409, "conflict"),
        (RequestValidationError(WRONG), 422, "invalid"),
        (WebSocketRequestValidationError(WRONG), 422, "invalid"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value,
)
def test_what_is_the_clients_fault_is_told(error, status, word):
    told = refused(error)
    assert (told.status, told.error) == (status, word)


@pytest.mark.parametrize("error", [DBAPIError("select", {}, Exception()), OSError(), KeyError()])
def test_what_is_not_is_left_to_the_backend(error):
    assert refused(error) is None


def test_a_name_that_is_no_text_is_told_as_invalid():
    """It can't be sent back as it came: the answer itself would fail."""
    told = refused(RequestValidationError(WRONG)).response()
    assert told.status_code == 422
    assert json.loads(bytes(told.body)) == {"error": "invalid", "message": "body.?: is too many"}


def test_of_a_fault_of_ours_the_client_learns_nothing_the_log_all(capsys):
    told = unforeseen(KeyError("xyzzy"))
    assert (told.status, told.message) == (500, "the backend failed; its log has more")
    assert "KeyError: 'xyzzy'" in capsys.readouterr().err


def test_who_is_away_is_to_be_asked_again():
    told = away("database", "refused").response()
    assert (told.status_code, told.headers["Retry-After"]) == (503, "1")
    assert json.loads(bytes(told.body))["message"] == "the database is away: refused"


@pytest.mark.parametrize(
    ("state", "invalidated", "passes"),
    [
        ("08006", False, True), ("53300", False, True), ("57P01", False, True), ("58030", False, True),
        (None, True, True), ("42P01", False, False), (None, False, False),
    ],
)  # fmt: skip
def test_what_passes_is_told_by_postgresqls_state(state, invalidated, passes):
    said = Said()
    said.sqlstate = state
    assert database_passes(DBAPIError("select", {}, said, connection_invalidated=invalidated)) is passes


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError("refused\nand more"), "refused"),
        (DBAPIError("select 1", {}, Said("no  such\ttable")), "no such table"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_the_reason_is_one_line(error, told):
    assert reason(error) == told


def test_each_endpoint_may_answer_that_something_is_away():
    assert set(problems(401, 404)) == {401, 404, 503}
