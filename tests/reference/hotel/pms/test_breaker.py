"""The circuit breaker: closed, open, half-open, and back."""

import gc
import time

import pytest

from suite.reference.hotel.counters import HotelCounters
from suite.reference.hotel.pms.breaker import BreakerOpen, PmsBreaker, PmsFailing


class Clock:
    now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    return clock


@pytest.fixture
def counters():
    return HotelCounters()


@pytest.fixture
def breaker(clock, counters):
    return PmsBreaker("primary", 3, 2.0, counters)


def fail(breaker, times=1):
    for _ in range(times):
        with pytest.raises(PmsFailing), breaker.guarding():
            raise PmsFailing("away", "gone")


def succeed(breaker):
    with breaker.guarding():
        pass


def steps(breaker):
    return [change.to for change in breaker.changes]


def test_failures_in_a_row_open_it(breaker, counters):
    fail(breaker, 2)
    succeed(breaker)
    fail(breaker, 2)
    assert breaker.state == "closed"
    fail(breaker)
    assert breaker.state == "opened"
    assert breaker.wait() == 2.0
    with pytest.raises(BreakerOpen) as told, breaker.guarding():
        pytest.fail("it let somebody through")
    assert told.value.wait == 2.0
    assert counters['pms_breaker_state{server="primary"}'] == 2
    assert counters['pms_breaker_opened_total{server="primary"}'] == 1


def test_after_its_rest_one_is_let_through_and_closes_it(breaker, clock, counters):
    fail(breaker, 3)
    clock.now += 2.1
    with breaker.guarding():
        assert breaker.state == "half_opened"
        assert counters['pms_breaker_state{server="primary"}'] == 1
        with pytest.raises(BreakerOpen), breaker.guarding():
            pytest.fail("it let a second one through")
    assert breaker.state == "closed"
    assert steps(breaker) == ["opened", "half_opened", "closed"]
    succeed(breaker)


def test_who_fails_half_open_opens_it_again(breaker, clock):
    fail(breaker, 3)
    clock.now += 2.1
    fail(breaker)
    assert breaker.state == "opened"
    assert breaker.wait() == 2.0
    assert steps(breaker) == ["opened", "half_opened", "opened"]


def test_who_gives_up_half_open_leaves_the_next_one_to_try(breaker, clock):
    fail(breaker, 3)
    clock.now += 2.1
    with pytest.raises(KeyboardInterrupt), breaker.guarding():
        raise KeyboardInterrupt
    assert breaker.state == "half_opened"
    succeed(breaker)
    assert breaker.state == "closed"


@pytest.mark.parametrize("error", [None, PmsFailing("slow", "late")])
def test_who_began_before_it_opened_is_not_listened_to(breaker, clock, error):
    early = breaker.guarding()
    early.__enter__()
    fail(breaker, 3)
    clock.now += 2.1
    with breaker.guarding():
        if error is None:
            early.__exit__(None, None, None)
        else:
            assert not early.__exit__(type(error), error, None)
        assert breaker.state == "half_opened"
    assert steps(breaker) == ["opened", "half_opened", "closed"]


def test_other_errors_are_no_failures(breaker):
    for _ in range(5):
        with pytest.raises(ValueError), breaker.guarding():
            raise ValueError
    assert breaker.state == "closed"


def test_an_open_breaker_keeps_nothing_of_those_it_turns_away(breaker):
    fail(breaker, 3)

    class Burden:
        pass

    def turned_away():
        burden = Burden()
        with pytest.raises(BreakerOpen), breaker.guarding():
            del burden

    for _ in range(10):
        turned_away()
    gc.collect()
    assert not [one for one in gc.get_objects() if type(one) is Burden]
