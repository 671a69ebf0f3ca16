"""What a pool did: the same figures of an object and of a process that counts for others to see."""

from types import SimpleNamespace

import pytest

from suite.reference.backend.shared_counters import SharedCounters
from suite.reference.dicom.gateway import COUNTERS
from suite.reference.dicom.pool import Pool
from suite.reference.dicom.pool_metrics import POOL_METRICS
from suite.reference.dicom.pool_rows import ask, make_rows
from suite.reference.dicom.pool_server import all_are_back


def values(system):
    return {metric.name: metric.read(system, (), None) for metric in POOL_METRICS}


@pytest.fixture
def counted(tmp_path):
    """A pool of one and one more, whose figures others can see, and a system with its folder."""
    pool = Pool(tmp_path / "a.db", size=1, overflow=1, shared=SharedCounters(tmp_path / COUNTERS))
    make_rows(pool, 5)
    yield pool, SimpleNamespace(directory=tmp_path)
    pool.close()


def test_a_pool_and_what_it_shares_say_the_same(counted):
    pool, system = counted
    assert ask(pool, 3, 0.0) == (3, 5)
    with pool.connection(), pool.connection():
        pass
    pool._wait(0.5)
    pool._wait(1.5)
    wanted = {"limit.excess": 0, "pool.in_use": 2, "pool.waits": 2, "pool.wait_time": 1.0}
    assert values(SimpleNamespace(pool=pool)) == wanted
    assert values(system) == wanted


def test_nobody_waited_and_too_many_were_out():
    seen = {
        "db_pool_peak": 11.0, "db_pool_size": 4.0, "db_pool_max_overflow": 4.0, "db_pool_waits_total": 0.0,
        "db_pool_wait_seconds_total": 0.0,
    }  # fmt: skip
    found = values(SimpleNamespace(pool=SimpleNamespace(figures=lambda: seen)))
    assert found == {"limit.excess": 3, "pool.in_use": 11, "pool.waits": 0, "pool.wait_time": None}


def test_a_connection_that_is_still_out_is_seen(counted):
    pool, system = counted
    counts = {"ok": 3, "rejected": 0, "timeout": 0, "unfinished": 0}
    recording = SimpleNamespace(loop_only=lambda: SimpleNamespace(counts=lambda: counts))
    pool._count("exhausted")
    with pool.connection(), pytest.raises(AssertionError, match="1 connections never came back"):
        all_are_back(system, (), recording)
    with pytest.raises(AssertionError, match="0 were rejected, the pool counts 1"):
        all_are_back(system, (), recording)
    counts["timeout"] = 1
    assert all_are_back(system, (), recording) == "3 out and in, at most 1 at once, 1 refused"
