"""The database: rows, the queue in them, and the pool."""

import threading
import time

import pytest

from suite import Rejected
from suite.reference.dicom.models import FAILED, QUEUED, SENT, StoredInstance
from suite.reference.dicom.pool import Pool, PoolExhausted
from suite.reference.dicom.store import ForwardedRow, Store


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path)
    yield store
    store.close()


def add(store, uid, accepted_at=1, state=QUEUED):
    store.add(
        uid=uid, sop_class="1.2", transfer_syntax="1.3", path=f"{uid}.dcm", size=1, state=state,
        accepted_at=accepted_at,
    )  # fmt: skip


def due(store, now=None, limit=10, skip=()):
    return store.due(time.time() if now is None else now, limit, skip)


def test_the_queue_is_in_order_bounded_and_skips_what_is_taken(store):
    for uid in "1234":
        add(store, uid)
    rows = due(store)
    assert [row.uid for row in rows] == ["1", "2", "3", "4"]
    assert [row.uid for row in due(store, limit=2)] == ["1", "2"]
    assert [row.uid for row in due(store, skip=[rows[0].id, rows[2].id])] == ["2", "4"]


def test_what_was_sent_is_due_no_more(store):
    add(store, "1", accepted_at=5)
    (row,) = due(store)
    store.sent([ForwardedRow(row.id, row.accepted_at, 6, 7)])
    assert due(store) == []
    assert store.rows(StoredInstance.state, StoredInstance.accepted_at, StoredInstance.sent_at) == [
        (SENT, 6, 7)
    ]


def test_what_comes_again_while_it_is_sent_is_sent_again(store):
    add(store, "1", accepted_at=5)
    (row,) = due(store)
    add(store, "1", accepted_at=8)
    store.sent([ForwardedRow(row.id, row.accepted_at, 6, 7)])
    assert [again.accepted_at for again in due(store)] == [8]
    assert store.counts() == {QUEUED: 1}


def test_a_failed_attempt_is_due_later_and_given_up_at_last(store):
    add(store, "1")
    (row,) = due(store)
    later = time.time() + 100
    store.not_sent(row.id, 1, later, "refused")
    assert due(store) == []
    (again,) = due(store, now=later)
    assert again.attempts == 1
    store.not_sent(row.id, 2, None, "refused again")
    assert due(store, now=later * 2) == []
    assert store.rows(StoredInstance.state, StoredInstance.error) == [(FAILED, "refused again")]


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
