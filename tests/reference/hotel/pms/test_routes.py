"""What the backend offers of its property management system."""

import pytest
from support.asking import Asking

from suite.reference.hotel.pms.serving import ask as straight
from suite.reference.hotel.pms.told import PmsTold

STAY = {"guest": 2, "room": 9, "arrival": "2028-05-01", "departure": "2028-05-03"}


@pytest.fixture
def ask(hotel):
    return hotel.ask


def test_nobody_asks_without_a_role(hotel):
    assert Asking(hotel.system.url)("GET", "/pms/guests/1").status == 401


def test_a_profile_is_read_and_changed_where_nobody_else_has(ask, pair):
    first = ask("GET", "/pms/guests/20")
    tag = {"If-Match": first.headers["ETag"]}
    changed = ask("PUT", "/pms/guests/20", {"wishes": "a cot"}, headers=tag)
    assert (changed.status, changed.body["wishes"], changed.headers["ETag"]) == (200, "a cot", '"2"')
    late = ask("PUT", "/pms/guests/20", {"wishes": "tea"}, headers=tag)
    assert (late.status, late.body["error"], late.headers["ETag"]) == (412, "stale", '"2"')
    assert ask("GET", "/pms/guests/20").body == changed.body == straight(pair.first, "GET", "/guests/20")[1]


def test_a_booking_is_made_once_and_known_everywhere(ask, pair):
    key = {"Idempotency-Key": "routes-1"}
    made = ask("POST", "/pms/bookings", STAY, headers=key)
    assert made.status == 201
    assert ask("POST", "/pms/bookings", STAY, headers=key).body == made.body
    assert ask("GET", f"/pms/reservations/{made.body['id']}").body == made.body
    known = ask("GET", "/pms/bookings/routes-1").body
    assert (known["state"], known["reservation"]) == ("booked", made.body["id"])
    taken = ask("POST", "/pms/bookings", STAY, headers={"Idempotency-Key": "routes-2"})
    assert (taken.status, taken.body["error"]) == (409, "taken")
    assert ask("GET", "/pms/bookings/routes-2").body["state"] == "refused"
    other = ask("POST", "/pms/bookings", {**STAY, "room": 10}, headers=key)
    assert (other.status, other.body["error"]) == (422, "key_reused")


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("GET", "/pms/guests/999", None, 404),
        ("GET", "/pms/guests/0", None, 422),
        ("GET", "/pms/reservations/9999", None, 404),
        ("GET", "/pms/bookings/none", None, 404),
        ("PUT", "/pms/guests/1", {"age": 3}, 422),
        ("PUT", "/pms/guests/1", {"wishes": "a\x00b"}, 422),
        ("PUT", "/pms/guests/1", {}, 428),
        ("PUT", "/pms/guests/999", {}, 428),
        ("POST", "/pms/bookings", STAY, 422),
        ("POST", "/pms/bookings", {**STAY, "departure": "2028-05-01"}, 422),
    ],
)
def test_what_can_not_be_is_told(ask, method, path, content, status):
    told = ask(method, path, content)
    assert told.status == status, told.body
    assert told.body["message"]


def test_the_copy_is_brought_up_to_date_by_what_changed(ask, hotel):
    ask("POST", "/pms/sync")
    tag = {"If-Match": ask("GET", "/pms/guests/21").headers["ETag"]}
    assert ask("PUT", "/pms/guests/21", {"wishes": "tea"}, headers=tag).status == 200
    assert ask("POST", "/pms/sync").body == {"guests": 1, "reservations": 0}
    assert ask("POST", "/pms/sync").body == {"guests": 0, "reservations": 0}


def test_what_others_changed_is_read_after_a_synchronisation(ask, pair):
    ask("GET", "/pms/guests/22")
    status, changed = straight(pair.second, "PUT", "/guests/22", {"wishes": "tea"}, If_Match='"1"')
    assert status == 200
    ask("POST", "/pms/sync")
    assert ask("GET", "/pms/guests/22").body == changed


def test_a_pms_that_is_away_is_told_with_when_to_come_again(ask, pair, behave, hotel):
    for server in (pair.first, pair.second):
        behave(server, errors=1.0)
    told = [ask("GET", f"/pms/guests/{number}") for number in range(30, 42)]
    assert {one.status for one in told} <= {502, 503}
    assert "pms_away" in {one.body["error"] for one in told[3:]}, (
        "but for one that is let through now and then"
    )
    assert all(int(one.headers["Retry-After"]) >= 1 for one in told)
    assert ask("GET", "/pms/state").body["primary"]["state"] == "opened"
    assert PmsTold.of(hotel.system).by_label("pms_breaker_state", "server")["primary"] == 2


def test_a_booking_that_nobody_answered_turns_up_in_a_synchronisation(ask, pair, behave):
    stay = {**STAY, "room": 11}
    for server in (pair.first, pair.second):
        behave(server, lost=1.0)
    key = {"Idempotency-Key": "routes-3"}
    while (told := ask("POST", "/pms/bookings", stay, headers=key)).body["error"] == "pms_away":
        pass  # the breakers of another test
    assert told.status in (502, 503)
    assert ask("GET", "/pms/bookings/routes-3").body["state"] == "asked"
    for server in (pair.first, pair.second):
        behave(server)
    while ask("POST", "/pms/sync").status != 200:
        pass
    assert ask("GET", "/pms/bookings/routes-3").body["state"] == "booked"
