"""The database: rows, the queue in them, and the pool."""

import threading
import time

import pytest

from suite import Rejected
from suite.reference.backend.shared_counters import SharedCounters
from suite.reference.dicom.models import FAILED, HELD, QUEUED, SENT, Delivery, StoredInstance
from suite.reference.dicom.pool import Pool, PoolExhausted
from suite.reference.dicom.store import Added, Store


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path)
    yield store
    store.close()


def add(store, *uids, accepted_at=1, destinations=("a",), state=QUEUED):
    rows = [Added(uid, "1.2", "1.3", f"{uid}.dcm", 1, accepted_at) for uid in uids]
    store.add(*rows, destinations=destinations, state=state)


def due(store, destination="a", limit=10, skip=()):
    return store.due(destination, limit, skip)


def test_the_queue_is_in_order_bounded_and_skips_what_is_taken(store):
    for uid in "4123":
        add(store, uid)
    rows = due(store)
    assert [row.uid for row in rows] == ["4", "1", "2", "3"]
    assert rows == sorted(rows)
    assert [row.uid for row in due(store, limit=2)] == ["4", "1"]
    assert [row.uid for row in due(store, skip=[rows[0].id, rows[2].id])] == ["1", "3"]


def test_every_destination_has_a_queue_of_its_own(store):
    add(store, "1", "2", destinations=("a", "b"))
    (first, _) = due(store, "a")
    store.sent({first.id: 7})
    assert [row.uid for row in due(store, "a")] == ["2"]
    assert [row.uid for row in due(store, "b")] == ["1", "2"]
    assert due(store, "c") == []


def test_an_instance_and_its_deliveries_are_there_together_or_not_at_all(store):
    with pytest.raises(Exception, match="NOT NULL"):
        add(store, "1", destinations=("a", None))
    assert store.counts() == {}
    assert not store.has("1")


def test_what_was_sent_is_due_no_more(store):
    add(store, "1", accepted_at=5)
    (row,) = due(store)
    store.sent({row.id: 7})
    assert due(store) == []
    assert store.deliveries(Delivery.state, StoredInstance.accepted_at, Delivery.sent_at) == [(SENT, 5, 7)]


def test_what_comes_again_while_it_is_sent_is_sent_again_behind_what_came_meanwhile(store):
    add(store, "1", accepted_at=5)
    (row,) = due(store)
    add(store, "2")
    add(store, "1", accepted_at=8)
    store.sent({row.id: 7})
    assert [again.uid for again in due(store)] == ["2", "1"]
    assert store.instances(StoredInstance.uid, StoredInstance.accepted_at) == [("1", 8), ("2", 1)]
    assert store.counts() == {QUEUED: 2}


def test_a_failed_attempt_is_due_again_and_given_up_at_last_until_it_is_queued_again(store):
    add(store, "1")
    (row,) = due(store)
    store.not_sent(row.id, 1, "refused", given_up=False)
    assert [again.attempts for again in due(store)] == [1]
    store.not_sent(row.id, 2, "refused again", given_up=True)
    assert due(store) == []
    assert store.deliveries(Delivery.state, Delivery.error) == [(FAILED, "refused again")]
    assert store.requeue() == 1
    assert [again.attempts for again in due(store)] == [0]


def test_what_is_held_is_not_due_until_it_is_released(store):
    add(store, "1", "2", state=HELD)
    assert due(store) == []
    assert store.release() == 2
    assert [row.uid for row in due(store)] == ["1", "2"]


def test_bytes_are_summed(store):
    assert store.size() == 0
    add(store, "1", "2")
    assert store.size() == 2


def test_rows_outlive_the_process_that_wrote_them(tmp_path):
    first = Store.open(tmp_path)
    add(first, "1")
    second = Store.open(tmp_path)  # the first one was never closed, as after a kill
    assert [row.uid for row in due(second)] == ["1"]
    first.close()
    second.close()


def test_looking_never_writes(tmp_path):
    with pytest.raises(FileNotFoundError, match="no gateway database"):
        Store.look(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_path_may_hold_any_character(tmp_path):
    folder = tmp_path / "50% a?b#c"
    folder.mkdir()
    store = Store.open(folder)
    add(store, "1")
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == ["50% a?b#c"]
    assert (folder / "gateway.db").exists()


def test_many_threads_add_and_all_rows_are_there(store):
    def some(thread):
        for number in range(20):
            add(store, f"{thread}.{number}")

    threads = [threading.Thread(target=some, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.counts() == {QUEUED: 160}
    assert store.pool.counters.peak <= store.pool.capacity
    assert store.pool.checked_out == 0


def test_an_exhausted_pool_refuses_after_its_time_out_and_recovers(tmp_path):
    pool = Pool(tmp_path / "a.db", size=1, overflow=1, timeout=0.05)
    with pool.connection(), pool.connection():
        begun = time.monotonic()
        with (
            pytest.raises(PoolExhausted, match=r"all 2 database connections .* 0\.05 s") as caught,
            pool.connection(),
        ):
            pass
        assert time.monotonic() - begun >= 0.045
        assert pool.checked_out == 2
    assert isinstance(caught.value, Rejected)
    with pool.connection():
        pass
    seen = pool.counters
    assert (seen.created, seen.closed, seen.peak, seen.exhausted) == (2, 1, 2, 1)
    assert seen.checkouts == seen.checkins == 3
    assert pool.checked_out == 0
    pool.close()


def test_who_waits_for_a_connection_is_counted_and_for_how_long(tmp_path):
    shared = SharedCounters(tmp_path / "counters")
    pool = Pool(tmp_path / "a.db", size=1, overflow=0, timeout=0.02, shared=shared)
    with pool.connection():
        assert shared.sums()["db_pool_checked_out"] == 1
        with pytest.raises(PoolExhausted), pool.connection():
            pass
    seen, sums = pool.counters, shared.sums()
    assert (seen.checkouts, seen.waits, seen.exhausted) == (1, 1, 1)
    assert sums["db_pool_wait_seconds_total"] == seen.waited >= 0.015
    assert (sums["db_pool_size"], sums["db_pool_checked_out"]) == (1, 0)
    assert (sums["db_pool_waits_total"], sums["db_pool_timeouts_total"]) == (1, 1)
    pool.close()
