"""Two servers of one property management system, and a Redis, for all tests here."""

from types import SimpleNamespace

import pytest

from suite import Server
from suite.reference.hotel.pms.serving import ask, serve_pms
from suite.services import redis

SIZE = {"guests": 60, "rooms": 20, "stays": 100, "seed": 1}


@pytest.fixture(scope="package")
def pair(tmp_path_factory):
    store = str(tmp_path_factory.mktemp("pms") / "pms.sqlite3")
    first, second = (Server(serve_pms, ready="/health", store=store, **SIZE) for _ in range(2))
    with first, second, redis() as cache:
        yield SimpleNamespace(first=first, second=second, redis=cache)


@pytest.fixture
def behave(pair):
    """`behave(server, **behaviour)` until the test ends."""

    def told(server, **behaviour):
        status, answer = ask(server, "PUT", "/admin/behaviour", behaviour)
        assert status == 200, answer

    yield told
    told(pair.first)
    told(pair.second)
