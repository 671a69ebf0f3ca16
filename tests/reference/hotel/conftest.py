"""A hotel's backend for all tests of how it answers, and who asks it."""

import asyncio

import pytest
from support.asking import Asking
from support.hotels import hotel_of

from suite.reference.hotel.load.seeding import seed


@pytest.fixture(scope="session")
def hotel():
    with hotel_of(session_seconds=1, audio_buffer=5, pool_size=2, pool_overflow=1) as system:
        yield system


@pytest.fixture(scope="session")
def prepared(hotel):
    """What loads are given: keys, tokens, rooms."""
    return asyncio.run(seed(hotel))


@pytest.fixture(scope="session")
def agent(hotel, prepared):
    return Asking(hotel.url, headers={"X-API-Key": prepared["keys"]["agent"]})


@pytest.fixture
def call(agent):
    """The path of a call that has been answered."""
    path = f"/calls/{agent('POST', '/calls', {'caller': '+49 30 1'}).body['id']}"
    for number, kind in enumerate(("started", "answered"), start=1):
        assert agent("POST", f"{path}/events", {"number": number, "kind": kind}).status == 201
    return path
