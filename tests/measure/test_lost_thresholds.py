"""A critical threshold is given up when, and only when, arithmetic says so."""

from __future__ import annotations

from array import array

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.runs import make_histogram

from suite import Component, Threshold, User, Workload, closed_loop, operation
from suite.measure.distribution import percentile
from suite.measure.ended_rows import EndedRows
from suite.measure.lost_thresholds import LostThreshold, LostThresholds, decidable
from suite.records.histogram import Histogram
from suite.records.outcome import Outcome
from suite.records.run import Round


def rows(outcomes, milliseconds=None, *, measured=True, choices=(0,)):
    """Operations that ended so, after so many ms (1 where that is not said)."""
    outcome = np.array(outcomes, np.uint8)
    spent = np.array([1.0] * len(outcome) if milliseconds is None else milliseconds) * 1e6
    started = np.ones(len(outcome), np.int64)
    return EndedRows(
        np.arange(len(outcome)), np.frombuffer(array("H", choices), np.uint16), outcome, started, started,
        started + spent.astype(np.int64), np.zeros(len(outcome), np.int64),
        np.full(len(outcome), measured),
    )  # fmt: skip


FAILED = [Outcome.failed]
OK = [Outcome.ok]


def test_a_share_is_lost_when_all_that_is_planned_would_not_save_it():
    limit = LostThreshold("failures", 0.01, planned=1_000)
    limit.count(rows(FAILED * 10))
    assert not limit.lost  # ten of a thousand are 1 %
    limit.count(rows([Outcome.timeout]))
    assert limit.lost
    assert limit.reason().figures == {"metric": "failures", "limit": 0.01, "over": 11, "most": 1_000}


def test_without_a_planned_number_only_no_failure_at_all_can_be_lost():
    some, none = LostThreshold("failures", 0.01), LostThreshold("failures", 0.0)
    for limit in (some, none):
        limit.count(rows(OK * 5))
        assert not limit.lost
        limit.count(rows(FAILED * 1_000))
    assert not some.lost  # a million could still follow
    assert none.lost


def test_the_warm_up_counts_for_nothing():
    limit = LostThreshold("failures", 0.0, planned=10)
    limit.count(rows(FAILED * 9, measured=False))
    assert not limit.lost


def test_the_rounds_before_count():
    before = [Round(0, sums={"bad": 4.0, "due": 500.0}), Round(1, sums={"bad": 5.0, "due": 500.0})]
    limit = LostThreshold("failures", 0.01, before=before, planned=500)
    limit.count(rows(FAILED * 6))
    assert not limit.lost
    limit.count(rows(FAILED))
    assert limit.lost


def test_a_percentile_is_lost_when_more_are_over_it_than_may_rank_above():
    limit = LostThreshold("response.p99", 0.005, planned=2_000)
    limit.count(rows(OK * 1_500, [1.0] * 1_480 + [9.0] * 20))
    assert not limit.lost
    limit.count(rows([Outcome.timeout], [1.0]))
    assert limit.lost


def test_a_percentile_of_too_few_to_show_is_not_lost():
    limit = LostThreshold("response.p99", 0.005, planned=2_000)
    limit.count(rows(OK * 999, [9.0] * 999))
    assert not limit.lost


def test_the_longest_is_lost_with_the_first_that_takes_longer_be_it_planned_or_not():
    limit = LostThreshold("response.max", 0.005)
    limit.count(rows(OK * 10, [4.9] * 10))
    assert not limit.lost
    limit.count(rows(OK, [5.1]))
    assert limit.lost


def test_of_an_operation_only_its_own_count():
    limit = LostThreshold("failures@buy", 0.0, code=1, planned=10)
    limit.count(rows([Outcome.failed, Outcome.ok], choices=(0, 1)))
    assert not limit.lost
    limit.count(rows([Outcome.ok, Outcome.failed], choices=(0, 1)))
    assert limit.lost


def test_dropped_and_service_times_are_counted_too():
    dropped = LostThreshold("dropped", 0.1, planned=10)
    dropped.count(rows([Outcome.dropped, Outcome.failed]))
    assert not dropped.lost
    dropped.count(rows([Outcome.dropped]))
    assert dropped.lost
    service = LostThreshold("service.max", 0.005)
    service.count(rows(OK, [7.0]))
    assert service.lost


TIMES = st.lists(st.sampled_from([1.0, 4.9, 5.1, 80.0]), min_size=1, max_size=60)


@given(st.lists(TIMES, min_size=1, max_size=4), TIMES, st.integers(0, 400), st.sampled_from([0.5, 0.9]))
def test_what_is_given_up_would_never_have_held(parts, earlier, more, quantile):
    """An oracle: the same operations, and all that may still come as quick as can be."""
    name, limit = ("response.p50", 0.005) if quantile == 0.5 else ("response.p90", 0.005)
    before = [Round(0, histograms={"response": make_histogram(*earlier)})]
    planned = sum(map(len, parts)) + more
    lost = LostThreshold(name, limit, before=before, planned=planned)
    for part in parts:
        lost.count(rows(OK * len(part), part))
    seen = np.array([int(ms * 1e6) for part in [earlier, *parts] for ms in part], np.int64)
    best = Histogram.of(np.concatenate([seen, np.full(more, 1_000, np.int64)]))
    shown = percentile(best, quantile)
    if lost.lost:
        assert shown.value is not None
        assert shown.value > limit
    elif percentile(Histogram.of(seen), quantile).value is not None:
        assert shown.value is not None
        assert shown.value <= limit


class Buyer(User):
    @operation(weight=1)
    async def buy(self):
        pass

    @operation(weight=1)
    async def look(self):
        pass


def test_only_what_counting_decides_is_watched():
    workload = Workload(
        "shop/all",
        Component(object),
        Buyer,
        loop=closed_loop(operations=10),
        thresholds=[
            Threshold("failures", target="1%", critical="5%"),
            Threshold("response.p95@buy", critical="5ms"),
            Threshold("response.p99", warning="5ms"),
            Threshold("throughput", critical="5/s"),
            Threshold("memory.growth", critical="5MB"),
            Threshold("response.mean", critical="5ms"),
        ],
    )
    names = workload.operation_names()
    assert [one.metric for one in decidable(workload, names, (), 10)] == ["failures", "response.p95@buy"]


def test_the_first_that_is_lost_is_told():
    watch = LostThresholds([LostThreshold("response.max", 1.0), LostThreshold("failures", 0.0)])
    assert watch.look(0, []) is None
    reason = watch.look(1, [rows(FAILED)])
    assert reason is not None
    assert reason.figures["metric"] == "failures"


def test_a_histogram_tells_how_many_are_over_a_limit():
    found = make_histogram(1.0, 5.0, 5.1, 900.0, beyond=(0.1, 2.0))
    assert [found.over(limit) for limit in (0.0, 0.00502, 0.0052, 1.0)] == [6, 4, 3, 2]
