"""A property management system and a backend that has it, for all tests here."""

import pytest
from support.pms_pair import backend_of, pair_of

from suite.reference.hotel.pms.serving import ask


@pytest.fixture(scope="package")
def pair(tmp_path_factory):
    with pair_of(tmp_path_factory.mktemp("pms")) as running:
        yield running


@pytest.fixture(scope="package")
def hotel(pair):
    with backend_of(pair) as running:
        yield running


@pytest.fixture
def behave(pair):
    """`behave(server, **behaviour)` until the test ends."""

    def told(server, **behaviour):
        status, answer = ask(server, "PUT", "/admin/behaviour", behaviour)
        assert status == 200, answer

    yield told
    told(pair.first)
    told(pair.second)
