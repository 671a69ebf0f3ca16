"""Pools that a system tells of, by the names of its figures."""

import pytest

from suite.contract.loop import closed_loop
from suite.measure.limiter import limiter
from suite.measure.pools import pools
from suite.records.evidence import Evidence


def observed(**figures):
    return {f"observed.{name.replace('__', '.')}": value for name, value in figures.items()}


PROMETHEUS = observed(
    db_pool_checked_out__max=20.0,
    db_pool_checked_out__mean=12.0,
    db_pool_size__max=20.0,
    db_pool_size__mean=20.0,
    db_pool_waits_total=312.0,
    db_pool_waits_total__rate=31.2,
    db_pool_wait_seconds_total=40.0,
    db_pool_timeouts_total=2.0,
    http_requests_total=9000.0,
)
BUSY = Evidence(wall=10.0, delivered=100.0, little=8.0, system_cpu=0.3, system_cores=4)


def test_a_pool_is_put_together_from_its_figures():
    (pool,) = pools(PROMETHEUS)
    assert (pool.name, pool.out, pool.mean, pool.size) == ("db_pool", 20, 12, 20)
    assert (pool.waits, pool.waited, pool.timeouts, pool.busy) == (312, 40, 2, None)


@pytest.mark.parametrize(
    ("figure", "field"),
    [
        ("pool.checkedout.max", "out"),
        ("pool.in_use.max", "out"),
        ("health.pool.size.max", "size"),
        ("pool_connections_capacity.max", "size"),
        ("pool.waits", "waits"),
        ("pool_wait_seconds_sum", "waited"),
        ("pool.seconds_waited", "waited"),
        ("pool_busy_seconds_total", "busy"),
    ],
)
def test_figures_are_known_by_the_words_of_the_field(figure, field):
    (pool,) = pools({f"observed.{figure}": 7.0})
    assert getattr(pool, field) == 7


def test_overflow_that_is_allowed_is_room_too():
    (pool,) = pools(observed(pool_size__max=5.0, pool_max_overflow__max=10.0, pool_checked_out__max=15.0))
    assert pool.figures() == {"pool": "pool", "out": 15, "size": 15}


def test_the_pool_that_was_waited_for_longest_comes_first():
    found = pools(
        observed(a_pool_wait_seconds_total=1.0, b_pool_wait_seconds_total=5.0, pool_waits_total=9.0)
    )
    assert [pool.name for pool in found] == ["b_pool", "a_pool", "pool"]


def test_what_is_no_pool_is_none():
    assert not pools({"observed.cache_size.max": 3.0, "pool.waits": 3.0, "observed.pool_size.max": None})


def test_a_pool_that_operations_wait_for_holds_back_and_says_its_figures():
    found = limiter(BUSY, loop=closed_loop(users=10, seconds=10), own=PROMETHEUS)
    assert found.kind == "wait"
    assert found.figures.items() >= {"behind": "pool", "pool": "db_pool", "out": 20.0, "size": 20.0}.items()
    assert found.figures["waits"] == 312


@pytest.mark.parametrize(
    ("figures", "held"),
    [
        ({"pool_wait_seconds_total": 4.0}, True),  # of 80 s that operations took
        ({"pool_wait_seconds_total": 1.0, "pool_waits_total": 500.0}, False),  # often, and never long
        ({"pool_waits_total": 10.0}, True),  # of 1,000, for nobody knows how long
        ({"pool_waits_total": 9.0}, False),
        ({"pool_checked_out__mean": 18.0, "pool_size__max": 20.0}, True),
        ({"pool_checked_out__mean": 17.0, "pool_size__max": 20.0}, False),
        ({"pool_busy_seconds_total": 185.0, "pool_size__max": 20.0, "pool_checked_out__mean": 1.0}, True),
        ({"pool_busy_seconds_total": 100.0, "pool_size__max": 20.0, "pool_checked_out__mean": 20.0}, False),
    ],
)
def test_seconds_tell_better_than_counts_and_those_better_than_a_look_a_second(figures, held):
    (pool,) = pools(observed(**figures))
    assert pool.holds_back(BUSY) == held


def test_a_gauge_that_missed_the_moments_of_waiting_is_not_said():
    (pool,) = pools(observed(pool_checked_out__max=3.0, pool_size__max=20.0, pool_waits_total=50.0))
    assert pool.figures() == {"pool": "pool", "size": 20, "waits": 50}
