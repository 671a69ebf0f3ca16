"""What loads check: a sound backend passes, and each planted weakness is noticed."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from time import monotonic_ns
from types import SimpleNamespace

import psycopg
import pytest
from redis import Redis
from support.asking import Asking
from support.broken_hotels import weak
from support.hotels import hotel_of

from suite.reference.backend.checks import none_failed
from suite.reference.hotel.load import checks
from suite.reference.hotel.load.seeding import seed


@pytest.fixture(scope="module")
def weak_hotel():
    """A backend with all weaknesses, and who asks it."""
    with hotel_of(weak, session_seconds=1) as system:
        made = asyncio.run(seed(system))
        ask = Asking(system.url, headers={"X-API-Key": made["keys"]["agent"]})
        yield SimpleNamespace(system=system, ask=ask, recording=recorded(made))


@pytest.fixture
def sound(hotel, agent, prepared):
    return SimpleNamespace(system=hotel, ask=agent, recording=recorded(prepared))


@pytest.fixture
def swept(monkeypatch):
    monkeypatch.setattr(checks, "_SWEPT", 1.0)


def recorded(prepared=None, **counts):
    outcomes = {"ok": 0, "rejected": 0, "failed": 0, "timeout": 0, "unfinished": 0, **counts}
    of = SimpleNamespace(counts=lambda: outcomes)
    return SimpleNamespace(prepared=prepared, loop_only=lambda: of, of=lambda _: of)


def charged(hotel):
    """What was acknowledged of sixteen who charge one room at the same time."""

    def charge(cents):
        told = hotel.ask("POST", "/rooms/130/charges", {"cents": cents}).body
        return {"charge": [told["id"], 130, cents]}

    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(charge, range(1, 17)))


def handled(hotel, calls=2):
    """What was acknowledged of calls that are routed, one after the other, and end together."""
    kept, ends = [], []
    for _ in range(calls):
        key = hotel.ask("POST", "/calls", {"caller": "x"}).body["id"]
        line = hotel.ask("POST", f"/calls/{key}/route").body["line"]
        ends.append((key, line, monotonic_ns()))
        kept.append({"call": key})
    for key, line, since in ends:
        before = monotonic_ns()
        assert hotel.ask("POST", f"/calls/{key}/events", {"number": 2, "kind": "ended"}).status == 201
        kept += [{"event": [key, 2, "ended"]}, {"held": [line, key, since, before]}]
    return kept


def visited(hotel):
    """A session that was ended, and one that was not."""
    for ends in (True, False):
        key = hotel.ask("POST", "/sessions").body["session"]
        if ends:
            session = Asking(hotel.system.url, headers={"X-Session": key})
            assert session("DELETE", "/sessions/current").status == 204


STORED = {
    checks.no_update_is_lost: charged,
    checks.what_was_acknowledged_is_stored: handled,
    checks.no_line_is_booked_twice: handled,
    checks.no_session_is_left: visited,
}
NOTICED = {
    checks.no_update_is_lost: "1 rooms: 130 was charged 136 and owes",
    checks.what_was_acknowledged_is_stored: "2 events are not",
    checks.no_line_is_booked_twice: "desk-1 had call",
    checks.no_session_is_left: "1 are",
}


@pytest.mark.parametrize("check", STORED, ids=lambda check: check.__name__)
def test_a_sound_backend_passes(sound, swept, check):
    kept = STORED[check](sound)
    assert check(sound.system, kept, sound.recording)


@pytest.mark.parametrize("check", STORED, ids=lambda check: check.__name__)
def test_a_planted_weakness_is_noticed(weak_hotel, swept, check):
    kept = STORED[check](weak_hotel)
    with pytest.raises(AssertionError, match=NOTICED[check]):
        check(weak_hotel.system, kept, weak_hotel.recording)


def test_a_line_that_an_ended_call_keeps_is_noticed(sound):
    kept = handled(sound)
    assert checks.no_line_is_left_behind(sound.system, kept, sound.recording) == "none is"
    with psycopg.connect(sound.system.beside["database"].url, autocommit=True) as connection:
        connection.execute("update lines set call_id = %s where name = 'room-131'", [kept[0]["call"]])
        with pytest.raises(AssertionError, match=r"1 are: room-131 of call \d+"):
            checks.no_line_is_left_behind(sound.system, kept, sound.recording)
        connection.execute("update lines set call_id = null where name = 'room-131'")


def test_a_cache_that_says_something_else_is_noticed(sound):
    room = sound.ask("GET", "/rooms/132").body
    assert checks.cache_and_database_agree(sound.system, [], sound.recording)
    name = f"{sound.recording.prepared['namespace']}cache:room:132"
    with Redis.from_url(sound.system.beside["redis"].url) as redis:
        redis.hset(name, "value", json.dumps({**room, "balance": -1}))
        with pytest.raises(AssertionError, match="'balance': -1"):
            checks.cache_and_database_agree(sound.system, [], sound.recording)
        redis.delete(name)


@pytest.mark.parametrize(
    ("kept", "missing"),
    [
        ({"call": 2**31 - 1}, "1 calls are not: 2147483647"),
        ({"charge": [2**31 - 1, 101, 5]}, r"1 charges are not: \(2147483647, 101, 5\)"),
        ({"frames": [1, 10**6, 0]}, r"1 frames of calls are not: \(1, 'up'\)"),
    ],
)
def test_whatever_was_acknowledged_and_is_not_there_is_named(sound, kept, missing):
    with pytest.raises(AssertionError, match=missing):
        checks.what_was_acknowledged_is_stored(sound.system, [kept], sound.recording)


def test_a_line_is_booked_twice_when_its_uses_overlap():
    apart = [{"held": ["desk-1", 1, 0, 10]}, {"held": ["desk-1", 2, 10, 20]}, {"held": ["desk-2", 3, 5, 15]}]
    assert checks.no_line_is_booked_twice(None, apart, None) == "3 uses of 2 lines"
    with pytest.raises(AssertionError, match="desk-1 had call 2, and call 4 "):
        checks.no_line_is_booked_twice(None, [*apart, {"held": ["desk-1", 4, 19, 30]}], None)


def test_what_did_not_end_well_is_counted():
    assert none_failed(None, [], recorded(ok=3)) == "3 of 3"
    assert checks.none_broke(None, [], recorded(ok=3, rejected=1)).startswith("3 served, 1 told")
    for check, counts, told in (
        (none_failed, {"ok": 3, "rejected": 1}, "1 rejected"),
        (none_failed, {}, "nothing was done"),
        (checks.none_broke, {"ok": 3, "failed": 2}, "{'failed': 2}"),
        (checks.none_broke, {"rejected": 2}, "nothing was done"),
    ):
        with pytest.raises(AssertionError, match=told):
            check(None, [], recorded(**counts))


def test_a_count_that_was_lost_is_noticed(hotel):
    redis = hotel.beside["redis"]
    with Redis.from_url(redis.url) as client:
        client.set("load:counter", 2)
        kept = [{"counted": 1}] * 3
        with pytest.raises(AssertionError, match="2 of 3"):
            checks.each_count_counted(redis, kept, recorded(ok=3))
        client.incr("load:counter")
        assert checks.each_count_counted(redis, kept, recorded(ok=3)) == "3 of 3"
