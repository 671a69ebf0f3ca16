"""Requests sent and counted: to the unit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite import Observe
from suite.measure.exposition import Exposition
from suite.measure.reconciling import misgiving, reconcile, requests_sent
from suite.measure.system_reading import SystemReading
from suite.records.observation import RequestCount
from suite.records.outcome import Outcome
from suite.records.reason import Reason
from suite.records.recording import Recording

COUNTER = Observe("/metrics", requests="hits")


class Counting:
    """A system's counter, and the readings of it and of another source, which add `own` and `other`."""

    def __init__(self, own=1, other=0, start=50):
        self.hits, self.own, self.other = start, own, other
        self.now = 0
        self.readings = []

    def read(self, when, source=0, failure="", process=None):
        hits = self.hits
        self.hits += self.own if source == 0 else self.other
        found = None
        if not failure:
            found = Exposition({}, frozenset(), requests=hits if source == 0 else None, process=process)
        self.now += 2
        self.readings.append(SystemReading(source, when, self.now - 1, self.now, found, failure))

    def idle(self):
        for source in (0, 1, 0, 0, 0, 1, 0):
            self.read("before", source)

    def load(self, requests):
        for at in range(5):
            self.hits += requests // 5
            self.read("beside", at % 2)
        self.hits += requests % 5

    def settle(self):
        for source in (0, 1, 0, 0):
            self.read("after", source)


def why_not(system):
    found = reconcile(COUNTER, 0, system.readings, 1000, 0)
    assert isinstance(found, Reason)
    return found.figures["why"]


def counted(system, answered=1000, unanswered=0):
    found = reconcile(COUNTER, 0, system.readings, answered, unanswered)
    assert isinstance(found, RequestCount)
    return found


@pytest.mark.parametrize(("own", "other"), [(0, 0), (1, 0), (1, 1), (2, 3)])
def test_our_own_readings_are_taken_off(own, other):
    system = Counting(own, other)
    system.idle()
    system.load(1003)
    system.settle()
    assert reconcile(COUNTER, 0, system.readings, 1000, 5) == RequestCount("hits", 1003, 1000, 5)


@given(
    own=st.integers(0, 2),
    other=st.integers(0, 2),
    beside=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 50)), max_size=20),
)
def test_whatever_comes_between_the_readings_is_counted(own, other, beside):
    system = Counting(own, other)
    system.idle()
    for source, requests in beside:
        system.hits += requests
        system.read("beside", source)
    system.settle()
    assert counted(system).counted == sum(requests for _, requests in beside)


def test_a_reading_that_failed_may_have_been_counted():
    system = Counting()
    system.idle()
    system.read("beside", failure="timeout")
    system.load(1000)
    system.settle()
    count = counted(system)
    assert (count.counted, count.unanswered) == (1001, 1)
    assert not count.beyond


def test_a_counter_that_moves_by_itself_reconciles_nothing():
    system = Counting()
    system.idle()
    system.hits += 1
    system.read("before")
    system.load(1000)
    system.settle()
    assert why_not(system) == "moves"


def test_a_counter_that_fell_reconciles_nothing():
    system = Counting()
    system.idle()
    system.load(1000)
    system.hits = 3
    system.settle()
    assert why_not(system) == "fell"


def test_several_processes_reconcile_nothing():
    system = Counting()
    system.idle()
    system.load(1000)
    system.read("after", process=2.0)
    system.settle()
    assert why_not(system) == "fell"


def test_what_was_not_read_after_the_load_reconciles_nothing():
    system = Counting()
    system.idle()
    system.load(1000)
    assert why_not(system) == "not read"


@pytest.mark.parametrize(
    ("counted", "answered", "unanswered", "beyond", "verdict"),
    [
        (1000, 1000, 0, 0, None),
        (1003, 1000, 5, 0, None),  # some without an answer did arrive
        (1001, 1000, 0, 1, "doubtful"),
        (1010, 1000, 0, 10, "doubtful"),
        (1011, 1000, 0, 11, "invalid"),
        (1007, 1000, 5, 2, "doubtful"),
        (999, 1000, 0, -1, "invalid"),  # somebody else answered
    ],
)
def test_more_than_was_sent_is_doubtful_and_from_a_hundredth_on_another_load(
    counted, answered, unanswered, beyond, verdict
):
    count = RequestCount("hits", counted, answered, unanswered)
    assert count.beyond == beyond
    found = misgiving(count)
    assert (found[0] if found else None) == verdict


def recording(*outcomes):
    n = len(outcomes)
    times = np.arange(1, n + 1)
    codes = np.array([Outcome[one] for one in outcomes], np.uint8)
    started = np.where(codes == Outcome.dropped, 0, times)
    return Recording(
        ("a",), np.zeros(n, np.uint16), codes, times, times, started, times, np.ones(n, np.bool_), 0, n
    )


def test_statuses_are_what_was_answered():
    seen = {"read": {"200": 90, "404": 5, "unanswered": 3, "sent again": 2, "1000": 9, "0x0000": 7},
            "connect": {"200": 1}}  # fmt: skip
    assert requests_sent(seen, recording()) == (96, 5)


def test_without_statuses_each_operation_is_a_request():
    assert requests_sent({}, recording("ok", "ok", "rejected", "failed", "timeout", "dropped")) == (3, 2)
