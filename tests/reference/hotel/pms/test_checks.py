"""What loads of the PMS check: a sound backend passes, and each planted weakness is noticed."""

import time
from time import monotonic_ns
from types import SimpleNamespace

import pytest
from support.broken_pms import weak
from support.pms_pair import backend_of, forget

from suite.reference.hotel.pms import checks, looking
from suite.reference.hotel.pms.figures import breaker_open


def played(hotel, pair, behave, rooms):
    """Reads, changes and bookings, while the first server loses answers, fails, and is well again."""
    forget(pair)
    ask, kept = hotel.ask, []

    def read(guest):
        begun = monotonic_ns()
        profile = ask("GET", f"/pms/guests/{guest}").body
        kept.append({"read": [guest, profile["version"], begun, monotonic_ns()]})
        return profile

    def book(key, room):
        stay = {"guest": 1, "room": room, "arrival": "2028-07-01", "departure": "2028-07-03"}
        kept.append({"asked": key})
        told = ask("POST", "/pms/bookings", stay, headers={"Idempotency-Key": key})
        if told.status == 201:
            kept.append({"booked": [key, told.body["id"], *stay.values()]})

    profile = read(50)
    begun, tag = monotonic_ns(), {"If-Match": f'"{profile["version"]}"'}
    changed = ask("PUT", "/pms/guests/50", {"wishes": f"room {rooms}"}, headers=tag).body
    kept.append({"wrote": [50, changed["version"], changed["wishes"], begun, monotonic_ns()]})
    read(50)
    book(f"checks-{rooms}", rooms)
    behave(pair.first, lost=1.0)
    book(f"checks-{rooms + 1}", rooms + 1)
    behave(pair.first, errors=1.0)
    for guest in range(1, 16):
        ask("GET", f"/pms/reservations/{guest}")
    behave(pair.first)
    time.sleep(0.15)
    return kept


@pytest.fixture(scope="module")
def weak_hotel(pair):
    with backend_of(pair, weak) as running:
        yield running


CHECKS = {
    "stale": checks.cache_is_coherent,
    "lost": checks.no_booking_is_lost,
    "bounded": checks.retries_are_bounded,
    "breaker": checks.breaker(opens=True),
}
ALWAYS = (checks.nothing_broke, checks.no_room_is_booked_twice, checks.every_change_is_there)


def judged(hotel, kept):
    """What each check says: what failed, by name."""
    failed, recording = {}, SimpleNamespace(prepared=hotel.prepared)
    for name, check in CHECKS.items():
        try:
            assert check(hotel.system, kept, recording)
        except AssertionError as error:
            failed[name] = str(error)
    for check in ALWAYS:
        check(hotel.system, kept, recording)
    return failed


def test_a_sound_backend_passes(hotel, pair, behave):
    assert judged(hotel, played(hotel, pair, behave, 12)) == {}


def test_each_weakness_is_noticed(weak_hotel, pair, behave):
    failed = judged(weak_hotel, played(weak_hotel, pair, behave, 14))
    assert failed.keys() == CHECKS.keys()
    assert "never asked for" in failed["lost"] or "not in the PMS" in failed["lost"]
    assert "were stale" in failed["stale"]
    assert "the budget has" in failed["bounded"]
    assert "it never opened" in failed["breaker"]


def kept_of(*entries):
    return [{kind: values} for kind, values in entries]


def test_a_read_is_stale_only_if_it_began_after_the_newer_version_was_acknowledged():
    kept = kept_of(
        ("wrote", [1, 2, "tea", 10, 20]),
        ("read", [1, 1, 5, 30]),
        ("read", [1, 1, 15, 40]),
        ("read", [1, 2, 21, 40]),
        ("read", [2, 1, 21, 40]),
        ("read", [1, 1, 21, 40]),
    )
    assert checks.stale_reads(kept) == [(1, 1, 2)]


@pytest.fixture
def told(monkeypatch):
    """Answers by path, of whichever system."""
    answers = {}
    monkeypatch.setattr(looking, "ask", lambda _, __, path, **___: (200, answers[path.partition("?")[0]]))
    return answers


RECORDING = SimpleNamespace(prepared={"tokens": {"agent": ""}})


def state(*steps):
    return {"primary": {"state": steps[-1], "changes": [{"at": at, "to": to} for at, to in enumerate(steps)]}}


def test_a_breaker_that_skips_a_state_is_noticed(told):
    told["/pms/state"] = state("opened", "closed")
    with pytest.raises(AssertionError, match="from opened it became closed"):
        checks.breaker(opens=True)(None, [], RECORDING)


def test_a_breaker_that_opened_for_nothing_is_noticed(told):
    told["/pms/state"] = state("opened", "half_opened", "closed")
    with pytest.raises(AssertionError, match="though its server was there"):
        checks.breaker(opens=False)(None, [], RECORDING)


def test_how_long_a_breaker_was_open_is_until_it_had_closed(told):
    once, again = (
        ("opened", "half_opened", "opened", "half_opened", "closed"),
        ("opened", "half_opened", "closed"),
    )
    told["/pms/state"] = state(*once, *again)
    assert breaker_open(None, [], RECORDING) == 4 + 2


def test_a_room_that_two_have_is_noticed(told):
    stay = {"guest": 1, "room": 3, "arrival": "2028-01-01", "departure": "2028-01-03", "key": None}
    told["/reservations"] = {"cursor": 1, "more": False, "items": [stay, {**stay, "arrival": "2028-01-02"}]}
    system = SimpleNamespace(beside={"pms": None})
    with pytest.raises(AssertionError, match="such as room 3 on 2028-01-02"):
        checks.no_room_is_booked_twice(system, [], RECORDING)


@pytest.mark.parametrize(
    ("wrote", "profile", "said"),
    [
        ([[1, 2, "tea"], [1, 2, "coffee"]], {"version": 2, "wishes": "tea"}, "was acknowledged to two"),
        ([[1, 3, "tea"]], {"version": 2, "wishes": ""}, "3 was acknowledged, 2 is there"),
        ([[1, 2, "tea"]], {"version": 2, "wishes": ""}, "holds something else"),
    ],
)
def test_a_change_that_got_lost_is_noticed(told, wrote, profile, said):
    told["/guests/1"] = profile
    kept = [{"wrote": [*one, 0, 1]} for one in wrote]
    with pytest.raises(AssertionError, match=said):
        checks.every_change_is_there(SimpleNamespace(beside={"pms": None}), kept, RECORDING)
