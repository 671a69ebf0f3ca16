"""The property management system over HTTP, and by hand."""

import http.client

import pytest
from support.asking import Asking
from typer.testing import CliRunner

from suite.reference.hotel.pms.__main__ import app
from suite.reference.hotel.pms.told import PmsTold

STAY = {"guest": 1, "room": 3, "arrival": "2028-01-01", "departure": "2028-01-03"}


@pytest.fixture
def ask(pair):
    return Asking(pair.first.url)


def test_a_record_has_its_version_as_its_tag(ask):
    first = ask("GET", "/guests/3")
    assert (first.status, first.headers["ETag"], first.body["version"]) == (200, '"1"', 1)
    assert ask("GET", "/guests/3", headers={"If-None-Match": '"1"'}).status == 304
    assert ask("GET", "/reservations/4").body["id"] == 4


def test_a_guest_is_changed_where_the_version_is_right(ask):
    told = ask("PUT", "/guests/5", {"wishes": "tea"}, headers={"If-Match": '"1"'})
    assert (told.status, told.body["wishes"], told.headers["ETag"]) == (200, "tea", '"2"')
    told = ask("PUT", "/guests/5", {"wishes": "coffee"}, headers={"If-Match": '"1"'})
    assert (told.status, told.body["error"], told.headers["ETag"]) == (412, "stale", '"2"')
    assert ask("PUT", "/guests/5", {"wishes": "coffee"}).status == 428


def test_a_booking_is_made_once_for_its_key(ask, pair):
    key = {"Idempotency-Key": "server-1"}
    made = ask("POST", "/reservations", STAY, headers=key)
    assert made.status == 201
    again = Asking(pair.second.url)("POST", "/reservations", STAY, headers=key)
    assert (again.status, again.body) == (200, made.body)
    assert ask("GET", "/bookings/server-1").body == made.body
    other = ask("POST", "/reservations", STAY, headers={"Idempotency-Key": "server-2"})
    assert (other.status, other.body["error"]) == (409, "taken")
    assert ask("POST", "/reservations", STAY).status == 428
    assert ask("POST", "/reservations", {**STAY, "room": 4}, headers=key).body["error"] == "key_reused"


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("GET", "/guests/999", None, 404),
        ("GET", "/guests/99999999999", None, 404),
        ("GET", "/guests/x", None, 404),
        ("GET", "/bookings/none", None, 404),
        ("GET", "/guests?limit=0", None, 422),
        ("GET", "/guests?after=x", None, 422),
        ("POST", "/reservations", {**STAY, "room": 999}, 404),
        ("POST", "/reservations", {**STAY, "departure": "2028-01-01"}, 422),
        ("POST", "/reservations", {**STAY, "arrival": "soon"}, 422),
        ("PUT", "/guests/6", {"age": 3}, 422),
        ("PUT", "/admin/behaviour", {"errors": 2}, 422),
    ],
)
def test_what_can_not_be_is_told(ask, method, path, content, status):
    told = ask(method, path, content, headers={"Idempotency-Key": "odd", "If-Match": '"1"'})
    assert told.status == status, told.body
    assert told.body["message"]


def test_changes_come_page_by_page_and_not_twice(ask):
    cursor, found = 0, []
    while True:
        page = ask("GET", f"/reservations?after={cursor}&limit=30").body
        found += [one["id"] for one in page["items"]]
        cursor = page["cursor"]
        if not page["more"]:
            break
    assert len(found) == len(set(found)) >= 100
    tag = {"If-None-Match": f'"{cursor}-{cursor}"'}
    assert ask("GET", f"/reservations?after={cursor}", headers=tag).status == 304


def test_who_does_not_wait_any_more_is_not_served(ask):
    told = ask("PUT", "/guests/7", {"wishes": "tea"}, headers={"If-Match": '"1"', "Request-Deadline": "1"})
    assert (told.status, told.body["error"]) == (408, "late")
    assert ask("GET", "/guests/7").body["version"] == 1


def test_it_fails_as_it_is_told_to(ask, pair, behave):
    behave(pair.first, errors=1.0, status=502)
    told = ask("PUT", "/guests/8", {"wishes": "tea"}, headers={"If-Match": '"1"'})
    assert (told.status, told.body["error"]) == (502, "broken")
    behave(pair.first, lost=1.0)
    assert ask("PUT", "/guests/8", {"wishes": "tea"}, headers={"If-Match": '"1"'}).status == 503
    behave(pair.first)
    assert ask("GET", "/guests/8").body["version"] == 2


def test_it_counts_what_it_did(ask, pair):
    before = PmsTold.of(pair.first)
    ask("GET", "/guests/3")
    after = PmsTold.of(pair.first)
    name = "pms_http_requests_total"
    route = "GET /guests/{number:int}"
    assert after.by_label(name, "route")[route] == before.by_label(name, "route")[route] + 1
    assert after.sum("pms_booked_total") >= 0


def test_a_store_that_can_not_be_used_is_told_in_a_line(tmp_path):
    file = tmp_path / "pms.sqlite3"
    file.write_text("this is no database, however long one looks at it" * 20)
    result = CliRunner().invoke(app, ["--store", str(file)])
    assert "can't be used: file is not a database" in str(result.exception)
    assert "\n" not in str(result.exception)


def test_connections_stay_open(pair):
    connection = http.client.HTTPConnection(pair.first.host, pair.first.port, timeout=30)
    for _ in range(2):
        connection.request("GET", "/health")
        assert connection.getresponse().read() == b'{"status":"ok"}'
    connection.close()
