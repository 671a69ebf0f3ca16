"""Who asks is known by a token, a key or a session, or told that they are not; and what they may do."""

import time

import pytest
from support.asking import Asking

from suite.reference.hotel.load.seeding import PASSWORD, ROLES
from suite.reference.hotel.tokens import issued


def asking(hotel, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Asking(hotel.url, headers=named)


def test_a_password_gives_a_token(hotel, prepared):
    nobody, login = asking(hotel), {"name": "staff-1", "password": PASSWORD}
    token = nobody("POST", "/login", login).body["token"]
    assert Asking(hotel.url, token)("GET", "/me").body == {
        "name": "staff-1",
        "role": "manager",
        "by": "token",
    }
    for wrong in ({"password": "another one"}, {"name": "nobody"}):
        assert nobody("POST", "/login", {**login, **wrong}).status == 401
    assert nobody("POST", "/login", {**login, "password": "short"}).status == 422


@pytest.mark.parametrize(
    "token", ["nothing", "a.b.c", issued("x" * 40, "ada", "admin", 60)], ids=["text", "dots", "forged"]
)
def test_a_token_that_is_not_ours_is_refused(hotel, token):
    answer = Asking(hotel.url, token)("GET", "/me")
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "token" in answer.body["message"]


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Basic x"}, {"X_API_Key": "none"}, {"X_Session": "none"}],
    ids=["nothing", "basic", "key", "session"],
)  # fmt: skip
def test_who_proves_nothing_is_told(hotel, headers):
    assert asking(hotel, **headers)("GET", "/me").status == 401


def test_each_role_may_do_what_those_below_may(hotel, prepared):
    paths = {"agent": "/rooms/101", "manager": "/report", "admin": "/keys"}
    for rank, role in enumerate(ROLES):
        ask = asking(hotel, X_API_Key=prepared["keys"][role])
        for needed, path in paths.items():
            new = {"name": "x", "role": "agent"} if path == "/keys" else None
            served = ask("POST" if new else "GET", path, new).status < 300
            assert served is (ROLES.index(needed) <= rank), (role, needed)


def test_a_session_is_used_and_ended(hotel, agent):
    session = agent("POST", "/sessions").body["session"]
    ask = asking(hotel, X_Session=session)
    assert ask("GET", "/sessions/current").body == {"name": "load agent", "role": "agent", "by": "session"}
    assert ask("GET", "/rooms/101").status == 200
    assert ask("DELETE", "/sessions/current").status == 204
    assert ask("GET", "/sessions/current").status == 401
    assert ask("DELETE", "/sessions/current").status == 401
    assert agent("GET", "/sessions/current").status == 401, "a key is no session"


def test_a_session_lives_as_long_as_it_is_used_and_then_leaves_nothing(hotel, agent):
    ask = asking(hotel, X_Session=agent("POST", "/sessions").body["session"])
    end = time.monotonic() + 1.2
    while time.monotonic() < end:
        assert ask("GET", "/sessions/current").status == 200
        time.sleep(0.1)
    time.sleep(1.05)
    assert ask("GET", "/sessions/current").status == 401
