"""What a property management system knows: versions, bookings, changes; seeded."""

import sqlite3

import pytest
from support.opened_files import opened_files

from suite.reference.hotel.pms.generator import guests, reservations
from suite.reference.hotel.pms.store import (
    KeyReused,
    PmsStore,
    RoomTaken,
    StaleVersion,
    UnknownRecord,
    nights,
)

STAY = {"guest": 1, "room": 3, "arrival": "2027-01-01", "departure": "2027-01-03"}
SIZE = {"guest_count": 30, "rooms": 5, "stays": 40, "seed": 1}


@pytest.fixture
def store(tmp_path):
    made = PmsStore(tmp_path / "pms.sqlite3")
    made.fill(**SIZE)
    yield made
    made.close()


def test_the_same_seed_makes_the_same_guests_and_stays():
    assert list(guests(50, 1)) == list(guests(50, 1))
    assert list(guests(50, 1)) != list(guests(50, 2))
    stays = list(reservations(200, 10, 50, 1))
    assert stays == list(reservations(200, 10, 50, 1))
    taken = [(one["room"], day) for one in stays for day in nights(one["arrival"], one["departure"])]
    assert len(stays) == 200
    assert len(set(taken)) == len(taken)


def test_a_full_season_ends_the_reservations():
    assert len(list(reservations(10_000, 2, 50, 1))) < 200


def test_a_stay_has_its_first_night_and_not_its_last_day():
    assert nights("2027-02-27", "2027-03-02") == ["2027-02-27", "2027-02-28", "2027-03-01"]


def test_it_is_filled_once(store, tmp_path):
    store.write_guest(1, 1, "", {"wishes": "tea"})
    other = PmsStore(tmp_path / "pms.sqlite3")
    other.fill(**SIZE)
    assert other.find("guests", 1)["wishes"] == "tea"
    other.close()


def test_a_guest_is_changed_by_who_knows_the_version(store):
    assert store.write_guest(2, 1, "k1", {"wishes": "tea"})["version"] == 2
    with pytest.raises(StaleVersion) as stale:
        store.write_guest(2, 1, "k2", {"wishes": "coffee"})
    assert stale.value.version == 2
    assert store.find("guests", 2)["wishes"] == "tea"
    with pytest.raises(UnknownRecord):
        store.write_guest(99, 1, "k3", {})


def test_a_change_that_comes_again_is_the_one_that_was_made(store):
    first = store.write_guest(2, 1, "k1", {"wishes": "tea"})
    assert store.write_guest(2, 1, "k1", {"wishes": "tea"}) == first
    store.write_guest(2, 2, "k2", {"wishes": "coffee"})
    with pytest.raises(StaleVersion):
        store.write_guest(2, 1, "k1", {"wishes": "tea"})


def test_a_change_without_a_key_is_no_repetition(store):
    store.write_guest(2, 1, "", {"wishes": "tea"})
    with pytest.raises(StaleVersion):
        store.write_guest(2, 1, "", {"wishes": "tea"})


def test_a_room_is_booked_once_for_a_night(store):
    booked, made = store.book("a", STAY)
    assert made
    assert store.book("a", STAY) == (booked, False)
    assert store.booked("a") == booked
    with pytest.raises(RoomTaken):
        store.book("b", {**STAY, "arrival": "2027-01-02", "departure": "2027-01-05"})
    with pytest.raises(UnknownRecord):
        store.booked("b")
    assert store.book("b", {**STAY, "arrival": "2027-01-03", "departure": "2027-01-05"})[1]
    with pytest.raises(KeyReused):
        store.book("a", {**STAY, "room": 4})
    with pytest.raises(UnknownRecord):
        store.book("c", {**STAY, "guest": 99, "room": 4})


def test_two_servers_of_one_store_book_a_room_once(store, tmp_path):
    other = PmsStore(tmp_path / "pms.sqlite3")
    booked, _ = store.book("a", STAY)
    assert other.book("a", STAY) == (booked, False)
    with pytest.raises(RoomTaken):
        other.book("b", STAY)
    other.close()


def test_what_changed_since_is_found_page_by_page_in_the_order_of_changes(store):
    everything, cursor, more = store.changed("guests", 0, 100)
    assert len(everything) == 30
    assert not more
    assert store.last_change("guests") == cursor
    for number in (7, 3, 5):
        store.write_guest(number, 1, "", {"wishes": "tea"})
    page, middle, more = store.changed("guests", cursor, 2)
    assert ([one["id"] for one in page], more) == ([7, 3], True)
    page, end, more = store.changed("guests", middle, 2)
    assert ([one["id"] for one in page], more) == ([5], False)
    assert store.changed("guests", end, 2) == ([], end, False)


def test_what_is_no_store_is_not_held_open(tmp_path):
    file = tmp_path / "pms.sqlite3"
    file.write_text("this is no database" * 50)
    with pytest.raises(sqlite3.DatabaseError) as caught:
        PmsStore(file)
    assert str(file) not in opened_files()
    assert caught.value.__traceback__ is not None  # which has the store: no collection closed the file
