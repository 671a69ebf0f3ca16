"""Rooms: read through the cache, written through to it; nothing that was charged is lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest


def test_a_room_is_as_it_was_left(agent):
    before = agent("GET", "/rooms/120").body
    charged = agent("POST", "/rooms/120/charges", {"cents": 250}).body
    assert charged["balance"] == before["balance"] + 250
    agent("PUT", "/rooms/120/status", {"status": "dirty"})
    after = agent("GET", "/rooms/120").body
    assert (after["status"], after["balance"]) == ("dirty", charged["balance"])
    assert after["version"] == before["version"] + 2


def test_what_many_charge_at_once_is_owed(agent):
    before = agent("GET", "/rooms/121").body["balance"]
    with ThreadPoolExecutor(8) as threads:
        charged = threads.map(
            lambda cents: agent("POST", "/rooms/121/charges", {"cents": cents}), range(1, 17)
        )
        keys = {answer.body["id"] for answer in charged}
    assert len(keys) == 16
    assert agent("GET", "/rooms/121").body["balance"] == before + sum(range(1, 17))


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("GET", "/rooms/9999", None, 404),
        ("POST", "/rooms/9999/charges", {"cents": 1}, 404),
        ("PUT", "/rooms/9999/status", {"status": "clean"}, 404),
        ("GET", "/rooms/none", None, 422),
        ("POST", "/rooms/101/charges", {"cents": 0}, 422),
        ("POST", "/rooms/101/charges", {"cents": 1e300}, 422),
        ("PUT", "/rooms/101/status", {"status": "on fire"}, 422),
    ],
)
def test_what_makes_no_sense_is_told(agent, method, path, content, status):
    assert agent(method, path, content).status == status
